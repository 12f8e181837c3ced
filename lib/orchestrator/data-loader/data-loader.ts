import { inspect } from 'node:util';
import type { DataRow, Dataset } from '@/lib/datasets/dataset';
import { deriveSeed, shuffledOrder } from '@/lib/rl/seeded-random';
import { AppError } from '@/lib/shared/app-error';
import type { ChatMessage } from '@/lib/tokenizers/tokenizer';
import { readPrompt } from './read-prompt';

/** One prompt of a batch. */
export type LoadedPrompt = {
  /** 0-based place in the batch, or number in the sequence. */
  readonly index: number;
  /** 0-based row of the data set. */
  readonly row: number;
  /** Name that the rollouts of this prompt share. */
  readonly group: string;
  readonly prompt: string;
  /** Where the column holds a list of messages. */
  readonly messages?: readonly ChatMessage[];
  readonly data: DataRow;
};

/** Prompts by step. Nothing is remembered between calls: the batch of a step depends on the seed and the step alone. */
export type DataLoader = {
  readonly batchesPerEpoch: number;
  readonly promptsPerEpoch: number;
  /** 0-based pass over the data that the step belongs to. */
  epochOf(step: number): number;
  batch(step: number): Promise<readonly LoadedPrompt[]>;
  /** One of the endless sequence that the batches are cut from, by its number; that is its `index`, too. */
  prompt(number: number): Promise<LoadedPrompt>;
};

export type DataLoaderOptions = {
  readonly dataset: Dataset;
  readonly promptKey: string;
  readonly batchSize: number;
  readonly shuffle: boolean;
  /** Leaves out the last, smaller batch of an epoch. */
  readonly dropLast: boolean;
  readonly seed: number;
  /** `data` or `validate.data`, for messages. */
  readonly section?: string;
};

export function createDataLoader(options: DataLoaderOptions): DataLoader {
  const { dataset, batchSize } = options;
  const perEpoch = batchesPerEpoch({ ...options, count: dataset.count });
  if (perEpoch === 0) {
    const { section = 'data' } = options;
    throw new AppError(
      'unprocessable',
      `${section}.drop_last leaves no batch: there are ${dataset.count} rows and ${section}.batch_size is ${batchSize}. ` +
        `Lower ${section}.batch_size, set ${section}.drop_last=false, or add data.`,
    );
  }
  const orderOf = rememberLast((epoch) => epochOrder(options, epoch));
  const epochOf = (step: number): number => Math.floor(step / perEpoch);
  const promptsPerEpoch = Math.min(dataset.count, perEpoch * batchSize);
  return {
    batchesPerEpoch: perEpoch,
    promptsPerEpoch,
    epochOf,
    batch: async (step) => {
      const first = (step % perEpoch) * batchSize;
      const rows = orderOf(epochOf(step)).subarray(first, first + batchSize);
      return Promise.all(Array.from(rows, (row, index) => loadPrompt(options, { row, index })));
    },
    prompt: async (number) => {
      const row = orderOf(Math.floor(number / promptsPerEpoch))[number % promptsPerEpoch] ?? 0;
      return loadPrompt(options, { row, index: number });
    },
  };
}

/** Batches of one pass over the data; the last one may be smaller. */
export function batchesPerEpoch(shape: {
  readonly count: number;
  readonly batchSize: number;
  readonly dropLast: boolean;
}): number {
  const batches = shape.count / shape.batchSize;
  return shape.dropLast ? Math.floor(batches) : Math.ceil(batches);
}

function epochOrder({ dataset, shuffle, seed }: DataLoaderOptions, epoch: number): Uint32Array {
  return shuffle
    ? shuffledOrder(dataset.count, deriveSeed(seed, 'data_order', epoch))
    : Uint32Array.from({ length: dataset.count }, (_, index) => index);
}

async function loadPrompt(
  { dataset, promptKey }: DataLoaderOptions,
  place: { readonly row: number; readonly index: number },
): Promise<LoadedPrompt> {
  const data = await dataset.row(place.row);
  const prompt = readPrompt(data[promptKey]);
  if (prompt === null) {
    throw new AppError(
      'unprocessable',
      `Row ${place.row} of ${dataset.files.join(', ')} has ${inspect(data[promptKey]).slice(0, 80)} ` +
        `in the column "${promptKey}" (data.prompt_key); a prompt must be text or a list of messages.`,
    );
  }
  const { text, messages } = prompt;
  return {
    ...place,
    group: `task-${place.row}`,
    prompt: text,
    ...(messages === undefined ? {} : { messages }),
    data,
  };
}

/** An epoch's order is asked for once per step: the last one is kept. */
function rememberLast(compute: (epoch: number) => Uint32Array): (epoch: number) => Uint32Array {
  let kept: { readonly epoch: number; readonly order: Uint32Array } | null = null;
  return (epoch) => {
    if (kept?.epoch !== epoch) kept = { epoch, order: compute(epoch) };
    return kept.order;
  };
}
