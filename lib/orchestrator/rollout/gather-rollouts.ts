import type { TrajectoryPool } from '../trajectory-pool/trajectory-pool';
import type { Rollout, RolloutTask } from './rollout';
import type { RolloutWorkers } from './rollout-workers';
import type { LaterAttempt } from './task-queue';

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
export function gatherRollouts(
  { workers, pool, pauseMs, random }: GatherParts,
  tasks: readonly RolloutTask[],
  signal: AbortSignal,
): Promise<void> {
  const put = (rollout: Rollout): readonly LaterAttempt[] => {
    pool.put(rollout);
    return pool.toRepeat().map(({ task, episode, tries }) => ({
      task,
      episode,
      afterMs: backOff(pauseMs, tries, random()),
    }));
  };
  return workers.run(tasks, put, signal);
}

/** Half of the doubled pause is fixed, half is chance, so that what failed together does not come back together. */
export function backOff(pauseMs: number, tries: number, chance: number): number {
  const longest = Math.min(LONGEST_PAUSE_MS, pauseMs * 2 ** (tries - 1));
  return longest * (0.5 + 0.5 * chance);
}
