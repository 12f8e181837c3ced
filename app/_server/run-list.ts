import 'server-only';
import type { RunList, RunListItem } from '@/lib/api-client/wire';
import type { RunStatus } from '@/lib/domain/run';
import type { Stores } from './stores';

/** Newest runs looked through; the list says so when there are more. */
const MAX_RUNS = 500;
/** Rows of the list that get a sparkline. */
const MAX_ITEMS = 100;

export async function listRuns(
  { runStore, rewardTrails }: Pick<Stores, 'runStore' | 'rewardTrails'>,
  filter: { readonly search: string; readonly status: readonly RunStatus[] },
): Promise<RunList> {
  const search = filter.search.trim();
  const { runs, total } = await runStore.list({ limit: MAX_RUNS, ...(search === '' ? {} : { search }) });
  const matching =
    filter.status.length === 0 ? runs : runs.filter((run) => filter.status.includes(run.status));
  const items: RunListItem[] = [];
  for (const run of matching.slice(0, MAX_ITEMS)) items.push({ run, reward: await rewardTrails.of(run) });
  const all = search === '' ? total : (await runStore.list({ limit: 1 })).total;
  return { items, total: filter.status.length === 0 ? total : matching.length, all };
}
