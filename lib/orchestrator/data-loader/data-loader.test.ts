import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dataset } from '@/lib/datasets/dataset';
import { createDataLoader, type DataLoader } from './data-loader';

function rows(count: number): Dataset {
  return {
    count,
    columns: ['prompt'],
    files: ['train.parquet'],
    row: (index) => Promise.resolve({ prompt: `p${index}` }),
  };
}

type Shape = {
  readonly count: number;
  readonly batchSize: number;
  readonly dropLast: boolean;
  readonly seed: number;
};

function loaderOf({ count, ...options }: Shape): DataLoader {
  return createDataLoader({ dataset: rows(count), promptKey: 'prompt', shuffle: true, ...options });
}

const shape: fc.Arbitrary<Shape> = fc
  .record({
    count: fc.integer({ min: 1, max: 60 }),
    batchSize: fc.integer({ min: 1, max: 20 }),
    dropLast: fc.boolean(),
    seed: fc.nat(),
  })
  .filter(({ count, batchSize, dropLast }) => !dropLast || count >= batchSize);

const rowsOf = async (loader: DataLoader, step: number): Promise<readonly number[]> =>
  (await loader.batch(step)).map(({ row }) => row);

test('an epoch gives every row once, or all but an incomplete batch', async () => {
  await fc.assert(
    fc.asyncProperty(shape, fc.integer({ min: 0, max: 3 }), async (options, epoch) => {
      const loader = loaderOf(options);
      const seen: number[] = [];
      for (let batch = 0; batch < loader.batchesPerEpoch; batch += 1) {
        seen.push(...(await rowsOf(loader, epoch * loader.batchesPerEpoch + batch)));
      }
      expect(new Set(seen).size).toBe(seen.length);
      const { count, batchSize, dropLast } = options;
      expect(seen).toHaveLength(dropLast ? count - (count % batchSize) : count);
    }),
  );
});

test('a loader that begins at a step gives what an uninterrupted one gives there', async () => {
  await fc.assert(
    fc.asyncProperty(shape, fc.integer({ min: 0, max: 40 }), async (options, step) => {
      const uninterrupted = loaderOf(options);
      for (let before = 0; before < step; before += 1) await uninterrupted.batch(before);
      expect(await uninterrupted.batch(step)).toEqual(await loaderOf(options).batch(step));
    }),
  );
});

test('every epoch has an order of its own, and so has every seed', async () => {
  const options = { count: 40, batchSize: 40, dropLast: true, seed: 1 };
  const first = await rowsOf(loaderOf(options), 0);
  expect(await rowsOf(loaderOf(options), 1)).not.toEqual(first);
  expect(await rowsOf(loaderOf({ ...options, seed: 2 }), 0)).not.toEqual(first);
});

test('without shuffling rows come in the order of the file', async () => {
  const loader = createDataLoader({
    dataset: rows(5),
    promptKey: 'prompt',
    batchSize: 2,
    shuffle: false,
    dropLast: false,
    seed: 1,
  });
  expect(await rowsOf(loader, 2)).toEqual([4]);
  expect(await rowsOf(loader, 3)).toEqual([0, 1]);
  expect(loader.epochOf(3)).toBe(1);
});

test('fewer rows than a batch are refused when incomplete batches are dropped', () => {
  expect(() => loaderOf({ count: 3, batchSize: 4, dropLast: true, seed: 1 })).toThrow(
    /3 rows and data\.batch_size is 4/,
  );
});

test('a prompt that is no text names row, file and column', async () => {
  const dataset: Dataset = { ...rows(1), row: () => Promise.resolve({ prompt: [{ role: 'user' }] }) };
  const loader = createDataLoader({
    dataset,
    promptKey: 'prompt',
    batchSize: 1,
    shuffle: false,
    dropLast: false,
    seed: 1,
  });
  await expect(loader.batch(0)).rejects.toThrow(/Row 0 of train\.parquet .* column "prompt"/);
});

test('prompts by number are those of the batches, one after another', async () => {
  await fc.assert(
    fc.asyncProperty(shape, async (options) => {
      const loader = loaderOf(options);
      const batches = 2 * loader.batchesPerEpoch + 1;
      const inBatches: number[] = [];
      for (let step = 0; step < batches; step += 1) inBatches.push(...(await rowsOf(loader, step)));
      const prompts = await Promise.all(inBatches.map((_, number) => loader.prompt(number)));
      expect(prompts.map(({ row }) => row)).toEqual(inBatches);
      expect(prompts.map(({ index }) => index)).toEqual(inBatches.map((_, number) => number));
    }),
  );
});
