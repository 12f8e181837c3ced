import { queryOptions } from '@tanstack/react-query';
import type { RunId } from '@/lib/domain/run';
import type { RunEvent } from '@/lib/domain/run-event';
import { foldMetrics, type MetricsData, type MetricsQuestion } from './fold-metrics';
import { freshEvents } from './fresh-events';
import { recentEventsQuery } from './recent-events';
import { request, withQuery } from './request';
import { MetricRanges, type SeriesSummary, SummaryList } from './wire';

/** All range queries of a run: what `followRuns` folds into. */
export const metricsScope = (id: RunId) => ['runs', id, 'metrics'] as const;

/** Series of a run over a range of steps, kept current by `followRuns`. */
export const metricsQuery = (id: RunId, question: MetricsQuestion) =>
  queryOptions({
    queryKey: [...metricsScope(id), question] as const,
    queryFn: async ({ signal, client }): Promise<MetricsData> => {
      const { keys, from, to, width } = question;
      const url = withQuery(`/api/runs/${id}/metrics`, { keys: keys.join(','), from, to, width });
      const ranges = await request(url, MetricRanges, { signal });
      const recent = client.getQueryData(recentEventsQuery(id).queryKey) ?? [];
      return foldMetrics({ question, ...ranges, isStale: false }, recent);
    },
    // A new zoom keeps the old picture until its own arrives; another run's picture would be a lie.
    placeholderData: (before: MetricsData | undefined, query) =>
      query?.queryKey[1] === id ? before : undefined,
  });

export type Summaries = { readonly seq: number; readonly series: readonly SeriesSummary[] };

/** Every key of a run with its newest value, kept current by `followRuns`. */
export const summariesQuery = (id: RunId) =>
  queryOptions({
    queryKey: ['runs', id, 'summaries'] as const,
    queryFn: async ({ signal, client }): Promise<Summaries> => {
      const { series } = await request(`/api/runs/${id}/summaries`, SummaryList, { signal });
      const recent = client.getQueryData(recentEventsQuery(id).queryKey) ?? [];
      return foldSummaries({ seq: 0, series }, recent);
    },
  });

/** Takes newer values over, and keys that are new. Counts grow only for steps not seen before. */
export function foldSummaries(data: Summaries, events: readonly RunEvent[]): Summaries {
  const fresh = freshEvents(events, data.seq);
  const last = fresh.at(-1);
  if (last === undefined) return data;
  const byKey = new Map(data.series.map((summary) => [summary.key, summary]));
  for (const event of fresh) {
    if (event.kind !== 'metrics') continue;
    for (const [key, value] of Object.entries(event.values)) {
      const known = byKey.get(key);
      const isNew = known === undefined || event.step > known.lastStep;
      const count = (known?.count ?? 0) + (isNew ? 1 : 0);
      byKey.set(key, { key, count, lastStep: event.step, last: value });
    }
  }
  return { seq: last.seq, series: [...byKey.values()] };
}
