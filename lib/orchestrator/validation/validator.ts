import type { DataLoader, LoadedPrompt } from '../data-loader/data-loader';
import type { Rollout, RolloutTask } from '../rollout/rollout';
import type { RolloutWorkers } from '../rollout/rollout-workers';
import type { RolloutBatch, TrajectoryPool } from '../trajectory-pool/trajectory-pool';

/** Scores the held-out file with the weights that the sampler has. */
export type Validator = {
  /** `step` = completed steps. */
  validate(step: number, signal: AbortSignal): Promise<RolloutBatch>;
};

export type ValidatorParts = {
  /** The whole held-out file as batch 0. */
  readonly loader: DataLoader;
  readonly workers: RolloutWorkers;
  readonly pool: TrajectoryPool;
  readonly tasksOf: (prompts: readonly LoadedPrompt[], step: number) => readonly RolloutTask[];
};

export function createValidator({ loader, workers, pool, tasksOf }: ValidatorParts): Validator {
  return {
    validate: async (step, signal) => {
      const tasks = tasksOf(await loader.batch(0), step);
      pool.begin(step, tasks);
      await workers.run(tasks, (rollout: Rollout) => pool.put(rollout), signal);
      return pool.take();
    },
  };
}

/** Is a validation due at this many completed steps? */
export function isValidationDue(
  schedule: { readonly beforeTrain: boolean; readonly every: number; readonly totalSteps: number },
  step: number,
): boolean {
  if (step === 0) return schedule.beforeTrain;
  return (schedule.every > 0 && step % schedule.every === 0) || step === schedule.totalSteps;
}
