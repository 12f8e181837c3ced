'use client';

import { ChartLegend } from '@/components/charts/chart-legend';
import { LineChart } from '@/components/charts/line-chart';
import { Button } from '@/components/ui/button';
import { CardHeader, CardTitle } from '@/components/ui/card';
import { EmptyState } from '@/components/ui/empty-state';
import { type CompareView, smoothingOf } from '@/lib/api-client/run-urls';
import { prepareLines } from '@/lib/charts/prepare-lines';
import type { MetricInfo } from '@/lib/domain/metric';
import { type ComparedRun, nameOf } from './compared-run';

/** The compared metric of all runs in one picture, by step. */
export function OverlayChart(props: {
  runs: readonly ComparedRun[];
  info: MetricInfo;
  view: CompareView;
  onChange: (change: Readonly<Record<string, string | number | null>>) => void;
}) {
  const { info, view, onChange } = props;
  const inputs = props.runs.flatMap((compared) =>
    compared.metric === null
      ? []
      : [
          {
            name: nameOf(compared),
            columns: compared.metric,
            color: compared.style.color,
            dash: compared.style.dash,
          },
        ],
  );
  const model = prepareLines(inputs, {
    from: view.from,
    to: view.to,
    unit: info.unit,
    smoothing: smoothingOf(view.smooth),
    ...(info.unit === 'share' || info.group === 'reward' ? { floor: 0 } : {}),
  });
  const isZoomed = view.from !== null || view.to !== null;
  return (
    <>
      <CardHeader>
        <CardTitle>
          {info.title} <span className="font-normal text-muted">by step</span>
        </CardTitle>
        <ChartLegend entries={model.series} />
        {isZoomed ? (
          <Button size="sm" onClick={() => onChange({ from: null, to: null })}>
            Show all steps
          </Button>
        ) : null}
      </CardHeader>
      <div className="pt-1 pr-1 pb-2">
        {model.rows.length === 0 ? (
          <EmptyState title={`None of these runs has ${info.name}`} className="py-10">
            Choose another metric, or wait for the first completed step.
          </EmptyState>
        ) : (
          <LineChart
            title={info.title}
            model={model}
            height={320}
            syncId="compare"
            isZoomed={isZoomed}
            onZoom={(range) => onChange({ from: range?.from ?? null, to: range?.to ?? null })}
          />
        )}
      </div>
    </>
  );
}
