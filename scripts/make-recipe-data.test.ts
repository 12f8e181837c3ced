import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readParquet } from '@/lib/datasets/read-parquet';
import { makeRecipeData, toPigLatin } from '@/scripts/make-recipe-data.mjs';

const root = new URL('../', import.meta.url);
const RECIPES = ['arithmetic', 'pig_latin', 'my_task', 'calculator'];

async function rowsOf(recipe: string, file: 'train' | 'test') {
  const { rows } = await readParquet(new URL(`recipes/${recipe}/data/${file}.parquet`, root).pathname);
  return rows;
}

test('making the data again gives the committed bytes', async () => {
  const files = z.map(z.string(), z.instanceof(Uint8Array)).parse(makeRecipeData());
  expect(files.size).toBe(2 * RECIPES.length);
  for (const [file, bytes] of files) {
    expect(Buffer.compare(await readFile(new URL(file, root)), bytes), file).toBe(0);
  }
});

test.each(RECIPES)(
  '%s: every row has a prompt and an answer, and no prompt is in both files',
  async (recipe) => {
    const train = await rowsOf(recipe, 'train');
    const held = await rowsOf(recipe, 'test');
    for (const row of [...train, ...held]) {
      expect(row['prompt']).toMatch(/./);
      expect(row['answer']).toMatch(/./);
    }
    const seen = new Set(train.map((row) => row['prompt']));
    expect(seen.size).toBe(train.length);
    expect(held.filter((row) => seen.has(row['prompt']))).toEqual([]);
    expect(held.length).toBeGreaterThan(100);
  },
);

test.each(['arithmetic', 'my_task'])('%s: a sum and its mirror image are on one side', async (recipe) => {
  const operands = (row: Readonly<Record<string, unknown>>) =>
    String(row['prompt'])
      .match(/\d+/g)
      ?.map(Number)
      .sort((a, b) => a - b)
      .join('+');
  const train = new Set((await rowsOf(recipe, 'train')).map(operands));
  expect((await rowsOf(recipe, 'test')).map(operands).filter((key) => train.has(key))).toEqual([]);
});

test('sums are right, in every column', async () => {
  for (const row of await rowsOf('arithmetic', 'test')) {
    const [a = NaN, b = NaN] = String(row['prompt']).match(/\d+/g)?.map(Number) ?? [];
    expect(Number(Array.from(String(row['answer'])).reverse().join(''))).toBe(a + b);
    expect(Number(row['plain_answer'])).toBe(a + b);
    expect(row['number']).toBe(String(a + b));
    expect(row['question']).toContain(`${a} + ${b}`);
  }
});

test('pig latin moves the leading consonants, or adds "way" after a vowel', async () => {
  expect(toPigLatin('string')).toBe('ingstray');
  expect(toPigLatin('banan')).toBe('ananbay');
  expect(toPigLatin('apple')).toBe('appleway');
  for (const row of await rowsOf('pig_latin', 'test')) {
    expect(row['answer']).toBe(toPigLatin(String(row['word'])));
  }
});
