import { deriveSeed } from '@/lib/rl/seeded-random';
import type { LoadedPrompt } from '../data-loader/data-loader';
import type { RolloutTask } from './rollout';

export type TaskOptions = {
  readonly step: number;
  readonly validation: boolean;
  readonly samples: number;
  readonly temperature: number;
  readonly seed: number;
};

/** Every sample of every prompt of a batch, in (prompt, sample) order. */
export function makeTasks(prompts: readonly LoadedPrompt[], options: TaskOptions): readonly RolloutTask[] {
  const { step, validation, temperature } = options;
  const purpose = validation ? 'validation' : 'rollout';
  return prompts.flatMap((loaded) =>
    Array.from({ length: options.samples }, (_, sample) => ({
      step,
      validation,
      prompt: loaded.index,
      sample,
      group: loaded.group,
      text: loaded.prompt,
      ...(loaded.messages === undefined ? {} : { messages: loaded.messages }),
      // what the evaluator knows of the row: its columns, and the names that the reference framework adds
      data: { index: indexOf(loaded), ...loaded.data, group_id: loaded.group, run_id: sample },
      seed: deriveSeed(options.seed, purpose, step, loaded.index, sample),
      temperature,
    })),
  );
}

/** The number that the file gives a row in `extra_info.index`, else its place among the rows that are trained on. */
function indexOf({ data, row }: LoadedPrompt): unknown {
  const extra = data['extra_info'];
  const hasIndex = typeof extra === 'object' && extra !== null && 'index' in extra;
  return hasIndex ? (extra.index ?? row) : row;
}
