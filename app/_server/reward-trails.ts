import 'server-only';
import type { RewardTrail } from '@/lib/api-client/wire';
import type { Run, RunId } from '@/lib/domain/run';
import { REWARD_KEYS } from '@/lib/insight/overview-panels';
import type { MetricStore } from '@/lib/metrics/metric-store';

/** Points of a sparkline. */
const WIDTH = 24;
/** Far more runs than a list shows; a trail takes less than a kilobyte. */
const MAX_KEPT = 1000;

/** The reward of runs as a sparkline shows it. Read again only when a run has said something since. */
export type RewardTrails = { of(run: Run): Promise<RewardTrail> };

export function createRewardTrails(metricStore: Pick<MetricStore, 'ranges'>): RewardTrails {
  const kept = new Map<RunId, { readonly state: string; readonly trail: RewardTrail }>();
  return {
    of: async (run) => {
      // a new attempt makes points stale before it has said anything
      const state = `${run.attempt}/${run.lastSeq}`;
      const known = kept.get(run.id);
      if (known?.state === state) return known.trail;
      const trail = await readTrail(metricStore, run);
      kept.delete(run.id);
      kept.set(run.id, { state, trail });
      const oldest = kept.keys().next().value;
      if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
      return trail;
    },
  };
}

async function readTrail(metricStore: Pick<MetricStore, 'ranges'>, run: Run): Promise<RewardTrail> {
  if (run.attempt === 0) return { last: null, points: [] };
  const { series } = await metricStore.ranges({ runId: run.id, keys: REWARD_KEYS, width: WIDTH });
  const reward = series.find(({ step }) => step.length > 0);
  return { last: reward?.last.at(-1) ?? null, points: reward?.mean ?? [] };
}
