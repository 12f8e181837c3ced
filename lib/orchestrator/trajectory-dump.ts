import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import type { ScoredRollout } from './rollout/rollout';
import type { RolloutBatch } from './trajectory-pool/trajectory-pool';

/** Writes the batch of a step to a file of its own, in the reference framework's form. */
export type TrajectoryDump = (
  batch: RolloutBatch,
  advantages: ReadonlyMap<ScoredRollout, number>,
) => Promise<void>;

/** Null where the recipe dumps no trajectories. `runFolder`: where a relative folder lies. */
export function createTrajectoryDump(
  { enable_data_dump: isOn, dump_dir, dump_every_n_steps: every, dump_options }: RecipeConfig['debug'],
  runFolder: string,
): TrajectoryDump | null {
  if (!isOn || dump_options?.trajectory !== true) return null;
  const folder = path.resolve(runFolder, dump_dir, 'trajectory');
  return async (batch, advantages) => {
    if (batch.step % every !== 0) return;
    const trajectories = batch.groups.flatMap(({ rollouts }) =>
      rollouts.flatMap((rollout) => dumped(rollout, advantages.get(rollout) ?? null)),
    );
    await mkdir(folder, { recursive: true });
    const file = path.join(folder, `step_${String(batch.step).padStart(6, '0')}.jsonl`);
    const line = { step: batch.step, num_trajectories: trajectories.length, trajectories };
    await writeFile(file, `${JSON.stringify(line)}\n`);
  };
}

/** One trajectory for each sequence; all carry the reward of their rollout. */
function dumped({ task, episode, evaluation }: ScoredRollout, advantage: number | null) {
  return episode.sequences.map((sequence) => ({
    tokens: sequence.tokens,
    loss_mask: sequence.lossMask,
    reward: evaluation.reward,
    is_val: task.validation,
    extra_fields: {
      group_id: task.group,
      run_id: task.sample,
      uid: `${task.group}-${task.sample}`,
      temperature: task.temperature,
      score: { reward_score: evaluation.reward, ...evaluation.metrics },
      logprobs: sequence.logprobs,
      ...(advantage === null ? {} : { advantage }),
    },
  }));
}
