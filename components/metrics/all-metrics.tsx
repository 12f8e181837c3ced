'use client';

import { useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { EmptyState } from '@/components/ui/empty-state';
import { Input } from '@/components/ui/input';
import { useUrlQuery } from '@/components/ui/use-url-query';
import { summariesQuery } from '@/lib/api-client/metrics';
import { ChartView, MetricsView, rolloutsHref } from '@/lib/api-client/run-urls';
import type { SeriesColor } from '@/lib/charts/series-color';
import type { MetricInfo } from '@/lib/domain/metric';
import { metricInfo } from '@/lib/domain/metric-info';
import type { RunId } from '@/lib/domain/run';
import { ChartControls } from './chart-controls';
import { ChartGridSkeleton } from './chart-grid-skeleton';
import { MetricGroup } from './metric-group';

const GROUPS: readonly {
  readonly id: MetricInfo['group'];
  readonly title: string;
  readonly color: SeriesColor;
}[] = [
  { id: 'reward', title: 'Reward', color: 'self-hosted' },
  { id: 'validation', title: 'Held-out', color: 'weaver' },
  { id: 'signal', title: 'Groups and advantages', color: 'self-hosted' },
  { id: 'length', title: 'Length', color: 'self-hosted' },
  { id: 'training', title: 'Training', color: 'self-hosted' },
  { id: 'timing', title: 'Time and throughput', color: 'self-hosted' },
  { id: 'progress', title: 'Progress', color: 'self-hosted' },
  { id: 'warm_start', title: 'Warm start', color: 'environment' },
];

/** Every key that the run has written, by family, searchable by name. */
export function AllMetrics({ id }: { id: RunId }) {
  const [chart, setView] = useUrlQuery(ChartView);
  const [{ search }] = useUrlQuery(MetricsView);
  const router = useRouter();
  const { data, error } = useQuery(summariesQuery(id));
  if (data === undefined) {
    if (error === null) return <ChartGridSkeleton />;
    return (
      <EmptyState title="The metrics cannot be shown" tone="error">
        {error.message}
      </EmptyState>
    );
  }
  if (data.series.length === 0) {
    return (
      <EmptyState title="No metric yet">
        The run writes its first ones with its first completed step.
      </EmptyState>
    );
  }
  const wanted = search.trim().toLowerCase();
  const found = data.series
    .map(({ key }) => metricInfo(key))
    .filter(({ name, title }) => `${name} ${title}`.toLowerCase().includes(wanted));
  return (
    <div className="flex flex-col gap-3 p-4">
      <div className="flex flex-wrap items-center gap-2">
        <Input
          type="search"
          aria-label="Search metrics"
          placeholder="Search metrics"
          className="w-56"
          defaultValue={search}
          onChange={(event) => setView({ search: event.target.value })}
        />
        <span className="text-sm text-muted" aria-live="polite">
          {found.length} of {data.series.length} keys
        </span>
        <div className="ml-auto">
          <ChartControls id={id} view={chart} onChange={setView} />
        </div>
      </div>
      {GROUPS.map(({ id: group, title, color }) => {
        const metrics = found.filter((metric) => metric.group === group);
        return metrics.length === 0 ? null : (
          <MetricGroup
            key={group}
            id={id}
            title={title}
            color={color}
            metrics={metrics}
            view={group === 'warm_start' ? { ...chart, from: null, to: null } : chart}
            onZoom={(range) => setView({ from: range?.from ?? null, to: range?.to ?? null })}
            onPick={(step) =>
              router.push(rolloutsHref(id, step, group === 'validation' ? 'validation' : 'train'))
            }
          />
        );
      })}
      {found.length === 0 ? <EmptyState title={`No key contains “${search}”`} /> : null}
    </div>
  );
}
