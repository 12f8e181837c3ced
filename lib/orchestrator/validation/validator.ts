import type { DataLoader, LoadedPrompt } from '../data-loader/data-loader';
import { gatherRollouts, type GatherParts } from '../rollout/gather-rollouts';
import type { RolloutTask } from '../rollout/rollout';
import type { RolloutBatch } from '../trajectory-pool/trajectory-pool';

/** Scores the held-out file with the weights that the sampler has. */
export type Validator = {
  /** `step` = completed steps. */
  validate(step: number, signal: AbortSignal): Promise<RolloutBatch>;
};

export type ValidatorParts = {
  /** The whole held-out file as batch 0. */
  readonly loader: DataLoader;
  readonly gathering: GatherParts;
  readonly tasksOf: (prompts: readonly LoadedPrompt[], step: number) => readonly RolloutTask[];
};

export function createValidator({ loader, gathering, tasksOf }: ValidatorParts): Validator {
  return {
    validate: async (step, signal) => {
      const tasks = tasksOf(await loader.batch(0), step);
      gathering.pool.begin(step, tasks);
      await gatherRollouts(gathering, tasks, signal);
      return gathering.pool.take();
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
