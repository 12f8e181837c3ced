import { setImmediate } from 'node:timers/promises';
import type { Dataset } from '@/lib/datasets/dataset';
import type { PromptCounter } from '@/lib/datasets/prompt-counter';
import { AppError } from '@/lib/shared/app-error';

/** Heartbeats and commands get their turn in between. */
const ROWS_PER_TURN = 256;

export type FilterOptions = {
  readonly counter: PromptCounter;
  readonly promptKey: string;
  /** Tokens. */
  readonly maxPromptLength: number;
  /** `data` or `validate.data`, for messages. */
  readonly section: string;
};

export type FilteredDataset = {
  /** Rows are numbered anew. */
  readonly dataset: Dataset;
  readonly tooLong: number;
  /** Prompts that are neither text nor messages that the chat template takes. */
  readonly unreadable: number;
};

/**
 * Leaves out the rows whose prompt has more tokens than the limit, or cannot be counted. Reads every row once; the rows
 * that stay cost four bytes each. Rejects with `AppError('unprocessable')` when none is left.
 */
export async function filterPrompts(dataset: Dataset, options: FilterOptions): Promise<FilteredDataset> {
  const { counter, promptKey, maxPromptLength } = options;
  const kept = new Uint32Array(dataset.count);
  let count = 0;
  let unreadable = 0;
  for (let index = 0; index < dataset.count; index += 1) {
    if (index % ROWS_PER_TURN === 0) await setImmediate();
    const row = await dataset.row(index);
    const fits = counter.fits(row[promptKey], maxPromptLength);
    if (fits === null) unreadable += 1;
    if (fits === true) {
      kept[count] = index;
      count += 1;
    }
  }
  const tooLong = dataset.count - count - unreadable;
  if (count === 0) throw nothingLeft(dataset, options, { tooLong, unreadable });
  return { dataset: rowsOf(dataset, kept.slice(0, count)), tooLong, unreadable };
}

function rowsOf(dataset: Dataset, kept: Uint32Array): Dataset {
  return {
    ...dataset,
    count: kept.length,
    row: async (index) => {
      const row = kept[index];
      if (row === undefined) throw new RangeError(`There is no row ${index} of ${kept.length}.`);
      return dataset.row(row);
    },
  };
}

function nothingLeft(
  { files }: Dataset,
  { section, maxPromptLength, promptKey }: FilterOptions,
  { tooLong, unreadable }: { readonly tooLong: number; readonly unreadable: number },
): AppError {
  return new AppError(
    'unprocessable',
    `${section}.filter_prompts drops every row of ${files.join(', ')}: ${tooLong} have a prompt above ` +
      `${section}.max_prompt_length (${maxPromptLength} tokens), and in ${unreadable} the column "${promptKey}" is no ` +
      `prompt. Raise ${section}.max_prompt_length, or turn ${section}.filter_prompts off.`,
  );
}
