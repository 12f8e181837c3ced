import 'server-only';
import type { RunList, RunListItem } from '@/lib/api-client/wire';
import type { Run, RunStatus } from '@/lib/domain/run';
import { REWARD_KEYS } from '@/lib/insight/overview-panels';
import type { MetricStore } from '@/lib/metrics/metric-store';
import type { Stores } from './stores';

/** Newest runs looked through; the list says so when there are more. */
const MAX_RUNS = 500;
/** Rows of the list that get a sparkline. */
const MAX_ITEMS = 100;
const SPARKLINE_WIDTH = 24;

export async function listRuns(
  { runStore, metricStore }: Pick<Stores, 'runStore' | 'metricStore'>,
  filter: { readonly search: string; readonly status: readonly RunStatus[] },
): Promise<RunList> {
  const search = filter.search.trim();
  const { runs, total } = await runStore.list({ limit: MAX_RUNS, ...(search === '' ? {} : { search }) });
  const matching =
    filter.status.length === 0 ? runs : runs.filter((run) => filter.status.includes(run.status));
  const items: RunListItem[] = [];
  for (const run of matching.slice(0, MAX_ITEMS))
    items.push({ run, reward: await rewardTrail(metricStore, run) });
  const all = search === '' ? total : (await runStore.list({ limit: 1 })).total;
  return { items, total: filter.status.length === 0 ? total : matching.length, all };
}

async function rewardTrail(metricStore: MetricStore, run: Run): Promise<RunListItem['reward']> {
  if (run.attempt === 0) return { last: null, points: [] };
  const { series } = await metricStore.ranges({ runId: run.id, keys: REWARD_KEYS, width: SPARKLINE_WIDTH });
  const reward = series.find(({ step }) => step.length > 0);
  return { last: reward?.last.at(-1) ?? null, points: reward?.mean ?? [] };
}
