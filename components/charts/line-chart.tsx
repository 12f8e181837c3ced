'use client';

import { type RefObject, useEffect, useState } from 'react';
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceArea,
  ReferenceDot,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  type TooltipContentProps,
  useActiveTooltipLabel,
  XAxis,
  YAxis,
} from 'recharts';
import type { GapMark } from '@/lib/charts/chart-marks';
import type { ChartModel, ChartRow } from '@/lib/charts/prepare-lines';
import { cssColor } from '@/lib/charts/series-color';
import type { StageBand } from '@/lib/charts/stage-bands';
import { nearestTick } from './chart-sync';
import { ChartTooltip } from './chart-tooltip';
import { CutTriangle } from './cut-triangle';
import { PinnedStep } from './pinned-step';
import { SeriesDot } from './series-dot';
import { type ChartGestures, useChartGestures } from './use-chart-gestures';

const TICK = { fontSize: 11, fill: 'var(--muted)' };
const RAW_OPACITY = 0.25;
const BAND_OPACITY = 0.13;
const STAGE_OPACITY = 0.1;
const BROKEN_OPACITY = 0.08;

export type LineChartProps = Omit<ChartGestures, 'domain'> & {
  /** Names the chart to those who do not see its title. */
  readonly title: string;
  readonly model: ChartModel;
  readonly height: number;
  /** Charts with the same one share their cursor. */
  readonly syncId: string;
  /** Stages of the run, behind the lines. */
  readonly stages?: readonly StageBand[];
};

/** Draws a prepared chart: raw lines under smoothed ones, bands, gaps, marks. Decides nothing. */
export function LineChart({ title, model, height, syncId, stages = [], ...gestures }: LineChartProps) {
  const [isHere, setIsHere] = useState(false);
  const hands = useChartGestures({ ...gestures, domain: model.x.domain });
  const picks = gestures.onPick === undefined ? '' : ' Enter opens the rollouts of the step at the cursor.';
  const pinned = model.rows.find(({ step }) => step === hands.pinned) ?? null;
  return (
    <figure
      aria-label={`${title}, chart. Arrow keys move the cursor, plus and minus zoom, P pins the values at the cursor, Escape shows all.${picks}`}
      className="select-none [&_svg:focus-visible]:outline-2 [&_svg:focus-visible]:outline-accent"
      onMouseEnter={() => setIsHere(true)}
      onMouseLeave={() => setIsHere(false)}
      onFocus={() => setIsHere(true)}
      onBlur={() => setIsHere(false)}
      {...hands.frame}
    >
      <ResponsiveContainer width="100%" height={height}>
        <ComposedChart
          data={[...model.rows]}
          margin={{ top: 6, right: 8, bottom: 0, left: 0 }}
          syncId={syncId}
          syncMethod={nearestTick}
          {...hands.chart}
        >
          <CartesianGrid vertical={false} stroke="var(--line)" strokeOpacity={0.6} />
          <XAxis
            dataKey="step"
            type="number"
            domain={[...model.x.domain]}
            ticks={[...model.x.ticks]}
            tickFormatter={(tick: number) => model.x.labels[model.x.ticks.indexOf(tick)] ?? String(tick)}
            tick={TICK}
            tickLine={false}
            axisLine={false}
            allowDataOverflow
            height={18}
          />
          <YAxis
            scale={model.scale}
            domain={[...model.y.domain]}
            ticks={[...model.y.ticks]}
            tickFormatter={(tick: number) => model.y.labels[model.y.ticks.indexOf(tick)] ?? String(tick)}
            tick={TICK}
            tickLine={false}
            axisLine={false}
            allowDataOverflow
            interval={0}
            width={46}
          />
          {stages.map(stageArea)}
          {bands(model)}
          {lines(model)}
          {model.marks.map(gapArea)}
          {model.cuts.map((cut) => (
            <ReferenceDot
              key={`${cut.name} ${cut.step}`}
              x={cut.step}
              y={cut.edge}
              shape={({ cx, cy }: { cx?: number; cy?: number }) => (
                <CutTriangle cut={cut} cx={cx ?? 0} cy={cy ?? 0} />
              )}
            />
          ))}
          {pinned === null ? null : (
            <ReferenceLine x={pinned.step} stroke="var(--accent)" strokeDasharray="3 2" />
          )}
          {hands.selection === null ? null : (
            <ReferenceArea
              x1={hands.selection.start}
              x2={hands.selection.end}
              fill="var(--accent)"
              fillOpacity={0.15}
            />
          )}
          <Tooltip
            isAnimationActive={false}
            cursor={{ stroke: 'var(--line-strong)' }}
            wrapperStyle={{ zIndex: 20 }}
            content={(props: TooltipContentProps) => {
              const row = isHere ? rowOf(props, model.rows) : null;
              return row === null ? null : <ChartTooltip model={model} row={row} />;
            }}
          />
          <CursorStep cursorRef={hands.cursorRef} />
        </ComposedChart>
      </ResponsiveContainer>
      {pinned === null ? null : <PinnedStep model={model} row={pinned} onClose={() => hands.pin(null)} />}
      <figcaption className="sr-only">{model.summary}</figcaption>
    </figure>
  );
}

function stageArea({ name, from, to, isShaded }: StageBand) {
  return (
    <ReferenceArea
      key={`stage ${name}`}
      x1={from}
      x2={to}
      ifOverflow="hidden"
      fill="var(--muted)"
      fillOpacity={isShaded ? STAGE_OPACITY : 0}
      label={{ value: name, position: 'insideTop', fontSize: 10, fill: 'var(--muted)' }}
    />
  );
}

function gapArea({ name, from, to, text, isBroken }: GapMark) {
  const color = isBroken ? 'var(--error)' : 'var(--muted)';
  return (
    <ReferenceArea
      key={`${name} ${from}`}
      x1={from}
      x2={to}
      fill={color}
      fillOpacity={isBroken ? BROKEN_OPACITY : 0}
      {...(isBroken ? { stroke: color, strokeDasharray: '2 3' } : {})}
      label={{ value: text, position: 'insideTop', fontSize: 10, fill: color }}
    />
  );
}

function bands(model: ChartModel) {
  return model.series.map((series, index) =>
    series.hasBand ? (
      <Area
        key={series.name}
        dataKey={(row: ChartRow) => row.band[index]}
        stroke="none"
        fill={cssColor(series.color)}
        fillOpacity={BAND_OPACITY}
        activeDot={false}
        isAnimationActive={false}
      />
    ) : null,
  );
}

function lines(model: ChartModel) {
  return model.series.flatMap((series, index) => {
    const common = {
      stroke: cssColor(series.color),
      isAnimationActive: false,
      type: 'linear' as const,
      ...(series.dash === null ? {} : { strokeDasharray: series.dash }),
    };
    const dot = series.hasDots ? <SeriesDot series={index} color={cssColor(series.color)} /> : false;
    const main = (
      <Line
        key={series.name}
        {...common}
        dataKey={(row: ChartRow) => row.smoothed[index]}
        strokeWidth={1.6}
        dot={dot}
        activeDot={{ r: 3, strokeWidth: 0 }}
      />
    );
    if (!model.isSmoothed) return [main];
    const ghost = (
      <Line
        key={`${series.name} raw`}
        {...common}
        dataKey={(row: ChartRow) => row.raw[index]}
        strokeWidth={1}
        strokeOpacity={RAW_OPACITY}
        dot={false}
        activeDot={false}
      />
    );
    return [ghost, main];
  });
}

function rowOf({ active, label }: TooltipContentProps, rows: readonly ChartRow[]): ChartRow | null {
  if (!active) return null;
  return rows.find((row) => row.step === Number(label)) ?? null;
}

/** Keeps the step under the cursor where keys can find it; Recharts alone knows where its keyboard cursor stands. */
function CursorStep({ cursorRef }: { cursorRef: RefObject<number | null> }) {
  const label = useActiveTooltipLabel();
  useEffect(() => {
    cursorRef.current = label === undefined || !Number.isFinite(Number(label)) ? null : Number(label);
  }, [cursorRef, label]);
  return null;
}
