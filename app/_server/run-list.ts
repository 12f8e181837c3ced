import 'server-only';
import type { RunList, RunListItem } from '@/lib/api-client/wire';
import type { RunsView } from '@/lib/api-client/run-urls';
import { runColumnOf, runSortOf } from '@/lib/domain/run-column';
import { parseRunQuery, type RunQuery } from '@/lib/domain/run-query';
import type { Stores } from './stores';

export type RunPageRequest = Pick<RunsView, 'q' | 'status' | 'sort' | 'columns'> & {
  readonly offset: number;
  readonly limit: number;
};

/** A page of the runs that match, each with its reward as a sparkline shows it. */
export async function listRuns(
  { runTable, rewardTrails }: Pick<Stores, 'runTable' | 'rewardTrails'>,
  { q, status, sort, columns, offset, limit }: RunPageRequest,
): Promise<RunList> {
  const query = runQueryOf({ q, status });
  const page = await runTable.page({
    query,
    sort: runSortOf(sort),
    columns: columns.map(runColumnOf),
    offset,
    limit,
  });
  const items: RunListItem[] = [];
  for (const { run, cells } of page.rows) items.push({ run, cells, reward: await rewardTrails.of(run) });
  return { items, total: page.total, all: page.all, problems: [...query.problems] };
}

/** What was typed, and the choice of a status beside it. */
export function runQueryOf({ q, status }: Pick<RunsView, 'q' | 'status'>): RunQuery {
  const query = parseRunQuery(q);
  if (status.length === 0) return query;
  const chosen = { kind: 'field', field: 'status', isNot: false, values: status } as const;
  return { ...query, conditions: [...query.conditions, chosen] };
}
