import type { Run } from '@/lib/domain/run';
import type { MetricStore } from '@/lib/metrics/metric-store';
import { REWARD_KEY, VALIDATION_KEY } from './metric-keys';
import { type RunSummary, summarizeRun } from './run-summary';

/** Reads the raw series of a run and sums it up. */
export async function readRunSummary(metrics: MetricStore, run: Run): Promise<RunSummary> {
  const { series } = await metrics.ranges({
    runId: run.id,
    keys: [REWARD_KEY, VALIDATION_KEY],
    // at least as many pixels as steps: raw points come back
    width: Math.max(run.totalSteps + 1, 1_024),
  });
  const rewards = series.find(({ key }) => key === REWARD_KEY);
  const validations = series.find(({ key }) => key === VALIDATION_KEY);
  return summarizeRun(
    run,
    rewards?.mean ?? [],
    (validations?.mean ?? []).map((reward, at) => ({ step: validations?.step[at] ?? 0, reward })),
  );
}
