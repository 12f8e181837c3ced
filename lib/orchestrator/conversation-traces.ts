import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import { byPlace } from './rollout/rollout';
import type { RolloutBatch } from './trajectory-pool/trajectory-pool';

/** Writes the conversations of a step's rollouts to a file, one to a line. */
export type ConversationTraces = (batch: RolloutBatch) => Promise<void>;

/**
 * Null where the recipe saves no traces, or names no folder for them. `runFolder`: where a relative folder lies; `clean`
 * takes out what must not be written.
 */
export function createConversationTraces(
  settings: Pick<RecipeConfig['rollout_worker'], 'save_trace' | 'trace_path' | 'task_name'>,
  { runFolder, clean }: { readonly runFolder: string; readonly clean: <T>(record: T) => T },
): ConversationTraces | null {
  const { save_trace: isOn, trace_path: folder, task_name: task = null } = settings;
  if (!isOn || folder === undefined || folder === null || folder === '') return null;
  const target = path.resolve(runFolder, folder);
  return async (batch) => {
    const rollouts = [...batch.groups, ...batch.dropped].flatMap((group) => group.rollouts);
    const lines = rollouts
      .toSorted(byPlace)
      .map(({ task: { group, sample, step, data }, episode, evaluation }) =>
        JSON.stringify(
          clean({
            ...{ task, step, group_id: group, run_id: sample, data },
            messages: episode.turns,
            final_answer: episode.finalAnswer,
            reward: evaluation.reward,
          }),
        ),
      );
    await mkdir(target, { recursive: true });
    await writeFile(
      path.join(target, `step_${String(batch.step).padStart(6, '0')}.jsonl`),
      lines.map((line) => `${line}\n`).join(''),
    );
  };
}
