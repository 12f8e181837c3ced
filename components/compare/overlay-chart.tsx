'use client';

import { ChartLegend } from '@/components/charts/chart-legend';
import { LineChart } from '@/components/charts/line-chart';
import { Button } from '@/components/ui/button';
import { CardHeader, CardTitle } from '@/components/ui/card';
import { EmptyState } from '@/components/ui/empty-state';
import { type CompareView, smoothingOf } from '@/lib/api-client/run-urls';
import { type LineInput, prepareLines } from '@/lib/charts/prepare-lines';
import type { MetricInfo } from '@/lib/domain/metric';
import type { Comparability } from '@/lib/insight/compare/comparability';
import { ComparableBadge } from './comparable-badge';
import { ExportMenu } from './export-menu';

const BY = { step: 'by step', tokens: 'by generated tokens', time: 'by seconds since the start' } as const;

type OverlayChartProps = {
  readonly lines: readonly LineInput[];
  readonly info: MetricInfo;
  readonly comparability: Comparability | null;
  readonly view: CompareView;
  readonly height: number;
  readonly onChange: (change: Readonly<Record<string, string | number | null>>) => void;
};

/** One metric of all groups in one picture. Charts with the same axis share cursor and zoom. */
export function OverlayChart({ lines, info, comparability, view, height, onChange }: OverlayChartProps) {
  const model = prepareLines(lines, {
    from: view.from,
    to: view.to,
    unit: info.unit,
    axis: view.axis,
    smoothing: smoothingOf(view.smooth),
    ...(info.unit === 'share' || info.group === 'reward' ? { floor: 0 } : {}),
  });
  const isZoomed = view.from !== null || view.to !== null;
  return (
    <div data-chart={info.name} className="min-w-0">
      <CardHeader className="flex-nowrap">
        <CardTitle className="min-w-0">
          {info.title} <span className="font-normal text-muted">{BY[view.axis]}</span>
        </CardTitle>
        <span className="flex items-center gap-1">
          {comparability === null ? null : <ComparableBadge {...comparability} />}
          {isZoomed ? (
            <Button size="sm" onClick={() => onChange({ from: null, to: null })}>
              Show all
            </Button>
          ) : null}
          {model.rows.length === 0 ? null : <ExportMenu model={model} title={info.title} name={info.name} />}
        </span>
      </CardHeader>
      <div className="px-3">
        <ChartLegend entries={model.series} />
      </div>
      <div className="pt-1 pr-1 pb-2">
        {model.rows.length === 0 ? (
          <EmptyState title={`None of these runs has ${info.name}`} className="py-10">
            Choose another metric, or wait for the first completed step.
          </EmptyState>
        ) : (
          <LineChart
            title={info.title}
            model={model}
            height={height}
            syncId={`compare ${view.axis}`}
            isZoomed={isZoomed}
            onZoom={(range) => onChange({ from: range?.from ?? null, to: range?.to ?? null })}
          />
        )}
        {model.hidden > 0 ? (
          <p className="px-3 text-sm text-muted">
            {model.series.length} of {model.series.length + model.hidden} lines drawn
          </p>
        ) : null}
      </div>
    </div>
  );
}
