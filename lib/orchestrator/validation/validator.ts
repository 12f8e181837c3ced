import type { DataLoader, LoadedPrompt } from '../data-loader/data-loader';
import type { RolloutTask } from '../rollout/rollout';
import type { RolloutBatch, TrajectoryPool } from '../trajectory-pool/trajectory-pool';

/** Scores the held-out file with the weights that the sampler has. */
export type Validator = {
  /** `step` = completed steps. */
  validate(step: number, signal: AbortSignal): Promise<RolloutBatch>;
};

export type ValidatorParts = {
  /** One pass over it are the held-out tasks. */
  readonly loader: DataLoader;
  readonly pool: TrajectoryPool;
  /** Rolls out tasks into the pool. */
  readonly gather: (tasks: readonly RolloutTask[], signal: AbortSignal) => Promise<unknown>;
  readonly tasksOf: (prompts: readonly LoadedPrompt[], step: number) => readonly RolloutTask[];
};

export function createValidator({ loader, pool, gather, tasksOf }: ValidatorParts): Validator {
  return {
    validate: async (step, signal) => {
      const numbers = Array.from({ length: loader.promptsPerEpoch }, (_, number) => number);
      const tasks = tasksOf(await Promise.all(numbers.map((number) => loader.prompt(number))), step);
      pool.begin(step, tasks);
      await gather(tasks, signal);
      return pool.take();
    },
  };
}
