'use client';

import { useState } from 'react';
import {
  Bar,
  BarChart,
  CartesianGrid,
  ResponsiveContainer,
  Tooltip,
  type TooltipContentProps,
  XAxis,
  YAxis,
} from 'recharts';
import { formatValue } from '@/lib/charts/format-value';
import type { StackModel, StackRow } from '@/lib/charts/prepare-stack';
import { cssColor } from '@/lib/charts/series-color';
import { Swatch } from './chart-legend';

const TICK = { fontSize: 11, fill: 'var(--muted)' };

/** Draws prepared parts of a whole, one bar per step or per few. */
export function StackChart({ title, model, height }: { title: string; model: StackModel; height: number }) {
  const [isHere, setIsHere] = useState(false);
  return (
    <figure
      aria-label={`${title}, chart. Arrow keys move the cursor.`}
      onMouseEnter={() => setIsHere(true)}
      onMouseLeave={() => setIsHere(false)}
      onFocus={() => setIsHere(true)}
      onBlur={() => setIsHere(false)}
    >
      <ResponsiveContainer width="100%" height={height}>
        <BarChart data={[...model.rows]} margin={{ top: 6, right: 8, bottom: 0, left: 0 }} barCategoryGap={1}>
          <CartesianGrid vertical={false} stroke="var(--line)" strokeOpacity={0.6} />
          <XAxis
            dataKey="from"
            tick={TICK}
            tickLine={false}
            axisLine={false}
            height={18}
            interval="preserveStart"
            minTickGap={40}
          />
          <YAxis
            domain={[...model.y.domain]}
            ticks={[...model.y.ticks]}
            tickFormatter={(tick: number) => model.y.labels[model.y.ticks.indexOf(tick)] ?? String(tick)}
            tick={TICK}
            tickLine={false}
            axisLine={false}
            width={46}
          />
          <Tooltip
            isAnimationActive={false}
            cursor={{ fill: 'var(--hover)' }}
            wrapperStyle={{ zIndex: 20 }}
            content={(props: TooltipContentProps) => {
              const row =
                isHere && props.active ? model.rows.find(({ from }) => from === Number(props.label)) : null;
              return row == null ? null : <StackTooltip model={model} row={row} />;
            }}
          />
          {model.series.map((series, index) => (
            <Bar
              key={series.name}
              dataKey={(row: StackRow) => row.parts[index]}
              stackId="parts"
              fill={cssColor(series.color)}
              isAnimationActive={false}
            />
          ))}
        </BarChart>
      </ResponsiveContainer>
      <figcaption className="sr-only">{model.summary}</figcaption>
    </figure>
  );
}

function StackTooltip({ model, row }: { model: StackModel; row: StackRow }) {
  const whole = row.parts.reduce((sum, part) => sum + part, 0);
  return (
    <div className="pointer-events-none rounded-button border bg-panel px-2.5 py-1.5 text-sm">
      <div className="flex justify-between gap-4 text-muted">
        <span>{row.from === row.to ? `step ${row.from}` : `steps ${row.from} to ${row.to}, mean`}</span>
        <span>{formatValue(whole, model.unit)}</span>
      </div>
      <ul>
        {model.series.map((series, index) => (
          <li key={series.name} className="flex items-center gap-1.5">
            <Swatch color={series.color} />
            <span>{series.name}</span>
            <span className="ml-auto pl-3 font-mono">
              {formatValue(row.parts[index] ?? null, model.unit)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
