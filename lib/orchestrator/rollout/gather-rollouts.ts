import { setTimeout as pause } from 'node:timers/promises';
import type { TrajectoryPool } from '../trajectory-pool/trajectory-pool';
import type { RolloutTask } from './rollout';
import type { RolloutTimes, RolloutWorkers } from './rollout-workers';

export type GatherParts = {
  readonly workers: RolloutWorkers;
  readonly pool: TrajectoryPool;
  /** Before the first repetition; doubles with each further one, up to a minute. */
  readonly pauseMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
};

const LONGEST_PAUSE_MS = 60_000;

/**
 * Rolls out tasks, and again those that failed, as often as the pool allows. A repetition is the same task with the same
 * seed: it is for what was down for a moment, not for another answer.
 */
export async function gatherRollouts(
  { workers, pool, pauseMs, random }: GatherParts,
  tasks: readonly RolloutTask[],
  signal: AbortSignal,
): Promise<RolloutTimes> {
  const total = { rollout: 0, evaluate: 0 };
  let pending = tasks;
  for (let round = 0; pending.length > 0; round += 1) {
    if (round > 0) await pause(backOff(pauseMs, round, random()), undefined, { signal });
    const times = await workers.run(pending, (rollout) => pool.put(rollout), signal);
    total.rollout += times.rollout;
    total.evaluate += times.evaluate;
    pending = pool.toRepeat();
  }
  return total;
}

/** Half of the doubled pause is fixed, half is chance, so that what failed together does not come back together. */
export function backOff(pauseMs: number, round: number, chance: number): number {
  const longest = Math.min(LONGEST_PAUSE_MS, pauseMs * 2 ** (round - 1));
  return longest * (0.5 + 0.5 * chance);
}
