import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dataset } from '@/lib/datasets/dataset';
import { openPromptCounter, type PromptCounter } from '@/lib/datasets/prompt-counter';
import { createDataLoader, type DataLoader } from './data-loader';
import { filterPrompts } from './filter-prompts';

function datasetOf(prompts: readonly unknown[]): Dataset {
  return {
    count: prompts.length,
    columns: ['prompt'],
    files: ['train.jsonl'],
    row: (index) => Promise.resolve({ prompt: prompts[index], place: index }),
  };
}

const openBytes = (): Promise<PromptCounter> =>
  openPromptCounter(
    { backend: 'embedded', tokenizer: null, tokenizerKey: 'data.tokenizer_path' },
    { baseDirs: [], hubCache: '' },
  );

const openFixture = (): Promise<PromptCounter> =>
  openPromptCounter(
    { backend: 'self_hosted', tokenizer: 'pieces-inst', tokenizerKey: 'data.tokenizer_path' },
    { baseDirs: ['lib/tokenizers/fixtures'], hubCache: '' },
  );

const common = { promptKey: 'prompt', section: 'data' };

test('exactly the prompts within the limit stay, in their order', async () => {
  const counter = await openBytes();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 12 }),
      async (prompts, maxPromptLength) => {
        const short = prompts.filter((text) => Math.max(1, Buffer.byteLength(text)) <= maxPromptLength);
        const filtering = filterPrompts(datasetOf(prompts), { ...common, counter, maxPromptLength });
        if (short.length === 0) {
          await expect(filtering).rejects.toThrow(/data\.filter_prompts drops every row/);
          return;
        }
        const { dataset, tooLong } = await filtering;
        expect(tooLong).toBe(prompts.length - short.length);
        const rows = Array.from({ length: dataset.count }, (_, index) => dataset.row(index));
        expect((await Promise.all(rows)).map(({ prompt }) => prompt)).toEqual(short);
      },
    ),
  );
});

test('what no template takes is left out and counted by itself', async () => {
  const prompts = [
    [{ role: 'user', content: 'Hi' }],
    [{ role: 'oracle', content: '?' }],
    null,
    'text',
    'x'.repeat(400),
  ];
  const counter = await openFixture();
  const found = await filterPrompts(datasetOf(prompts), { ...common, counter, maxPromptLength: 20 });
  expect(found).toMatchObject({ tooLong: 1, unreadable: 2 });
  expect(found.dataset.count).toBe(2);
});

test('the short cut for short texts never disagrees with the count', async () => {
  const counter = await openFixture();
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary-ascii', maxLength: 30 }),
      fc.integer({ min: 1, max: 60 }),
      (text, limit) => {
        expect(counter.fits(text, limit)).toBe((counter.count(text) ?? 0) <= limit);
      },
    ),
  );
});

test('killed at any step, a filtered run continues with the rows of an uninterrupted one', async () => {
  const counter = await openBytes();
  const open = async (seed: number): Promise<DataLoader> => {
    const prompts = Array.from({ length: 23 }, (_, index) => 'x'.repeat(1 + ((index * 7) % 10)));
    const { dataset } = await filterPrompts(datasetOf(prompts), { ...common, counter, maxPromptLength: 6 });
    const shape = { batchSize: 4, shuffle: true, dropLast: true, seed };
    return createDataLoader({ dataset, promptKey: 'prompt', ...shape });
  };
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.array(fc.integer({ min: 1, max: 15 }), { maxLength: 4 }),
      async (seed, kills) => {
        const whole = await open(seed);
        const expected = [];
        for (let step = 0; step < 16; step += 1) expected.push(await whole.batch(step));
        const got = [];
        let loader = await open(seed);
        for (let step = 0; step < 16; step += 1) {
          if (kills.includes(step)) loader = await open(seed);
          got.push(await loader.batch(step));
        }
        expect(got).toEqual(expected);
        expect(whole.epochOf(15)).toBeGreaterThan(3);
      },
    ),
    { numRuns: 30 },
  );
});
