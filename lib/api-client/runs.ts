import { queryOptions } from '@tanstack/react-query';
import type { RunId, RunStatus } from '@/lib/domain/run';
import { foldLogs } from './fold-logs';
import { recentEventsQuery } from './recent-events';
import { request, withQuery } from './request';
import { LogPage, RunAnswer, RunHistory, RunList } from './wire';

export type RunFilter = { readonly search: string; readonly status: readonly RunStatus[] };

/** Without a stream of their own: new runs appear when this is asked again. */
const LIST_REFRESH_MS = 2000;

export const runsQuery = (filter: RunFilter) =>
  queryOptions({
    queryKey: ['runs', 'list', filter] as const,
    queryFn: ({ signal }) =>
      request(withQuery('/api/runs', { q: filter.search, status: filter.status.join(',') }), RunList, {
        signal,
      }),
    refetchInterval: LIST_REFRESH_MS,
    // Names and colours must not flicker away while the next filter loads.
    placeholderData: (before) => before,
  });

/** Kept current by `followRuns`. */
export const runQuery = (id: RunId) =>
  queryOptions({
    queryKey: ['runs', id, 'run'] as const,
    queryFn: async ({ signal }) => (await request(`/api/runs/${id}`, RunAnswer, { signal })).run,
  });

export const historyQuery = (id: RunId) =>
  queryOptions({
    queryKey: ['runs', id, 'history'] as const,
    queryFn: ({ signal }) => request(`/api/runs/${id}/history`, RunHistory, { signal }),
  });

/** The newest lines, and what follows; older ones are asked for page by page with `request`. */
export const logsQuery = (id: RunId) =>
  queryOptions({
    queryKey: ['runs', id, 'logs'] as const,
    queryFn: async ({ signal, client }) => {
      const page = await request(withQuery(`/api/runs/${id}/logs`, { limit: 500 }), LogPage, { signal });
      return foldLogs(page, client.getQueryData(recentEventsQuery(id).queryKey) ?? []);
    },
  });

export async function olderLogs(id: RunId, before: number, signal: AbortSignal): Promise<LogPage> {
  return request(withQuery(`/api/runs/${id}/logs`, { limit: 500, before }), LogPage, { signal });
}
