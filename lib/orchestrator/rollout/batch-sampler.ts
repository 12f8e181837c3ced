import type { DataLoader, LoadedPrompt } from '../data-loader/data-loader';
import type { RolloutBatch } from '../trajectory-pool/trajectory-pool';
import { gatherRollouts, type GatherParts } from './gather-rollouts';
import type { RolloutTask } from './rollout';

export type SampledBatch = {
  readonly batch: RolloutBatch;
  /** Batches of prompts that were sampled for it. */
  readonly rounds: number;
  /** False when the rounds were used up before the pool had enough. */
  readonly isComplete: boolean;
};

/** The rollouts of a step: those of its prompts, and of further prompts while the pool asks for more. */
export type BatchSampler = {
  sample(step: number, signal: AbortSignal): Promise<SampledBatch>;
};

export type BatchSamplerParts = GatherParts & {
  readonly loader: DataLoader;
  readonly tasksOf: (prompts: readonly LoadedPrompt[], step: number) => readonly RolloutTask[];
  /** Rounds after which the step takes what there is. */
  readonly maxRounds: number;
  readonly totalSteps: number;
  readonly promptsPerRound: number;
};

export function createBatchSampler(parts: BatchSamplerParts): BatchSampler {
  const { pool, tasksOf, maxRounds } = parts;
  return {
    sample: async (step, signal) => {
      const groups = new Set<string>();
      for (let round = 0; ; round += 1) {
        const prompts = await promptsOf(parts, step, { round, groups });
        const tasks = tasksOf(prompts, step);
        if (round === 0) pool.begin(step, tasks);
        else pool.extend(tasks);
        await gatherRollouts(parts, tasks, signal);
        const isComplete = pool.isReady();
        if (isComplete || round + 1 >= maxRounds) {
          return { batch: pool.take(), rounds: round + 1, isComplete };
        }
      }
    },
  };
}

/**
 * Round r of step s takes the batch that would be step s + r · (all steps): it depends on nothing but the seed, so a
 * resumed run takes the same. A prompt that the step has already is left out.
 */
async function promptsOf(
  { loader, totalSteps, promptsPerRound }: BatchSamplerParts,
  step: number,
  { round, groups }: { readonly round: number; readonly groups: Set<string> },
): Promise<readonly LoadedPrompt[]> {
  const loaded = await loader.batch(step + round * totalSteps);
  if (round === 0) {
    for (const { group } of loaded) groups.add(group);
    return loaded;
  }
  const fresh = loaded.filter(({ group }) => !groups.has(group));
  for (const { group } of fresh) groups.add(group);
  return fresh.map((prompt) => ({ ...prompt, index: prompt.index + round * promptsPerRound }));
}
