'use client';

import { useRef } from 'react';
import { ChartLegend } from '@/components/charts/chart-legend';
import { LineChart } from '@/components/charts/line-chart';
import { StackChart } from '@/components/charts/stack-chart';
import type { StepRange } from '@/components/charts/use-chart-gestures';
import { Card, CardHeader, CardTitle } from '@/components/ui/card';
import { Tooltip } from '@/components/ui/tooltip';
import { useIsNear } from '@/components/ui/use-is-near';
import { type ChartView, smoothingOf } from '@/lib/api-client/run-urls';
import { type LineInput, prepareLines } from '@/lib/charts/prepare-lines';
import { prepareStack } from '@/lib/charts/prepare-stack';
import { stageBands } from '@/lib/charts/stage-bands';
import type { Panel } from '@/lib/insight/overview-panels';
import type { StageSpan } from '@/lib/recipes/stages';

const HEIGHT = 148;

type PanelCardProps = {
  readonly panel: Pick<Panel, 'title' | 'unit' | 'draw' | 'hint' | 'floor' | 'ceiling'>;
  readonly lines: readonly LineInput[];
  readonly view: ChartView;
  readonly onZoom: (range: StepRange | null) => void;
  readonly onPick?: (step: number) => void;
  readonly height?: number;
  /** Charts with the same one share their cursor. */
  readonly syncId?: string;
  readonly stages?: readonly StageSpan[];
};

/** One chart with its name, what it means, and where each of its lines stands now. */
export function PanelCard(props: PanelCardProps) {
  const cardRef = useRef<HTMLElement>(null);
  const isNear = useIsNear(cardRef);
  const height = props.height ?? HEIGHT;
  return (
    <Card ref={cardRef} className="flex min-w-0 flex-col">
      {isNear ? (
        <Drawn {...props} height={height} />
      ) : (
        <>
          <CardHeader>
            <CardTitle>{props.panel.title}</CardTitle>
          </CardHeader>
          <div style={{ height: height + 12 }} />
        </>
      )}
    </Card>
  );
}

function Drawn({ panel, lines, view, onZoom, onPick, ...more }: PanelCardProps) {
  const { unit } = panel;
  const { height = HEIGHT, syncId = 'steps', stages = [] } = more;
  if (panel.draw === 'stack') {
    const model = prepareStack(lines, { unit, from: view.from, to: view.to });
    return (
      <Framed
        panel={panel}
        legend={<ChartLegend entries={model.series.map(({ name, color }) => ({ name, color }))} />}
      >
        <StackChart title={panel.title} model={model} height={height} />
      </Framed>
    );
  }
  const model = prepareLines(lines, {
    ...axisOptions(panel),
    ...view,
    unit,
    values: view,
    smoothing: smoothingOf(view.smooth),
  });
  return (
    <Framed panel={panel} legend={<ChartLegend entries={model.series} />}>
      <LineChart
        title={panel.title}
        model={model}
        height={height}
        syncId={syncId}
        stages={stageBands(stages, model.x.domain)}
        isZoomed={view.from !== null || view.to !== null}
        onZoom={onZoom}
        onPick={onPick}
      />
      {model.hidden > 0 ? (
        <p className="px-3 text-sm text-muted">
          {model.series.length} of {model.series.length + model.hidden} lines drawn
        </p>
      ) : null}
    </Framed>
  );
}

function axisOptions({ floor, ceiling }: PanelCardProps['panel']) {
  return { ...(floor === undefined ? {} : { floor }), ...(ceiling === undefined ? {} : { ceiling }) };
}

function Framed(props: {
  panel: PanelCardProps['panel'];
  legend: React.ReactNode;
  children: React.ReactNode;
}) {
  return (
    <>
      <CardHeader className="items-baseline">
        <Tooltip content={props.panel.hint}>
          <CardTitle tabIndex={0}>{props.panel.title}</CardTitle>
        </Tooltip>
        {props.legend}
      </CardHeader>
      <div className="mt-auto pt-1 pr-1 pb-2">{props.children}</div>
    </>
  );
}
