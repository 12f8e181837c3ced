import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { RunId } from '@/lib/domain/run';
import { NEWEST_FIRST } from '@/lib/domain/run-column';
import { foldLogs } from './fold-logs';
import { recentEventsQuery } from './recent-events';
import { request, withQuery } from './request';
import type { RunsView } from './run-urls';
import { LogPage, RunAnswer, RunColumns, RunGroups, RunHistory, RunList, RunViews } from './wire';

/** What of the runs table's address decides which rows come, in which order. */
export type RunFilter = Pick<RunsView, 'q' | 'status' | 'sort' | 'columns'>;
export const EVERY_RUN: RunFilter = { q: '', status: [], sort: NEWEST_FIRST, columns: [] };

/** Without a stream of their own: new runs appear when this is asked again. */
const LIST_REFRESH_MS = 2000;
/** A reader deep in the table waits longer for news: every page is asked again. */
const DEEP_REFRESH_MS = 15_000;

/** The first page. */
export const runsQuery = (filter: RunFilter) =>
  queryOptions({
    queryKey: ['runs', 'list', filter] as const,
    queryFn: ({ signal }) => readRuns(filter, 0, signal),
    refetchInterval: LIST_REFRESH_MS,
    // Names and colours must not flicker away while the next filter loads.
    placeholderData: (before) => before,
  });

/** Page after page, as the reader scrolls. */
export const runPagesQuery = (filter: RunFilter) =>
  infiniteQueryOptions({
    queryKey: ['runs', 'pages', filter] as const,
    queryFn: ({ signal, pageParam }) => readRuns(filter, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: (page, pages) => {
      const read = pages.reduce((sum, { items }) => sum + items.length, 0);
      return page.items.length > 0 && read < page.total ? read : null;
    },
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 1) > 1 ? DEEP_REFRESH_MS : LIST_REFRESH_MS),
    placeholderData: (before) => before,
  });

function readRuns({ q, status, sort, columns }: RunFilter, offset: number, signal: AbortSignal) {
  const query = { q, status: status.join(','), sort, columns: columns.join(','), offset };
  return request(withQuery('/api/runs', query), RunList, { signal });
}

export const runGroupsQuery = (filter: RunFilter, by: string, metric: string) =>
  queryOptions({
    queryKey: ['runs', 'groups', filter.q, filter.status, by, metric] as const,
    queryFn: async ({ signal }) => {
      const query = { q: filter.q, status: filter.status.join(','), by, metric };
      return (await request(withQuery('/api/runs/groups', query), RunGroups, { signal })).groups;
    },
    refetchInterval: DEEP_REFRESH_MS,
    placeholderData: (before) => before,
  });

/** Names of metrics and keys that may become columns. */
export const runColumnsQuery = () =>
  queryOptions({
    queryKey: ['runs', 'columns'] as const,
    queryFn: ({ signal }) => request('/api/runs/columns', RunColumns, { signal }),
  });

export const runViewsQuery = () =>
  queryOptions({
    queryKey: ['runs', 'views'] as const,
    queryFn: async ({ signal }) => (await request('/api/runs/views', RunViews, { signal })).views,
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
