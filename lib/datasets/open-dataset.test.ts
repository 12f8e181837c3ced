import { parquetWriteBuffer } from 'hyparquet-writer';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDataset, requireColumn } from './open-dataset';

let recipe = '';
let root = '';

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'galley-datasets-test-'));
  recipe = path.join(root, 'recipe');
  await mkdir(recipe);
  await writeParquet(path.join(recipe, 'train.parquet'), ['a', 'b', 'c'], 0n);
  await writeParquet(path.join(recipe, 'more.parquet'), ['d'], 10n);
  await writeParquet(path.join(root, 'shared.parquet'), ['s'], 20n);
  await writeFile(path.join(recipe, 'broken.parquet'), 'PAR1 this is not what it says');
  await writeFile(path.join(recipe, 'rows.xlsx'), '');
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function writeParquet(file: string, prompts: readonly string[], firstIndex: bigint): Promise<void> {
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'prompt', data: [...prompts], type: 'STRING' },
      { name: 'answer', data: prompts.map((text) => text.toUpperCase()), type: 'STRING' },
      { name: 'index', data: prompts.map((_, offset) => firstIndex + BigInt(offset)), type: 'INT64' },
      { name: 'weight', data: prompts.map(() => 0.5), type: 'DOUBLE' },
      { name: 'extra', data: prompts.map((text) => ({ text, tags: ['x'] })), type: 'JSON' },
    ],
  });
  await writeFile(file, Buffer.from(buffer));
}

const open = (files: readonly string[], promptKey = 'prompt') =>
  openDataset(files, { baseDirs: [recipe, root], promptKey });

test('rows come back as plain JSON values, files in the order named', async () => {
  const dataset = await open(['train.parquet', 'more.parquet']);
  expect(dataset.count).toBe(4);
  expect(dataset.columns).toEqual(['prompt', 'answer', 'index', 'weight', 'extra']);
  expect(await dataset.row(0)).toEqual({
    prompt: 'a',
    answer: 'A',
    index: 0,
    weight: 0.5,
    extra: { text: 'a', tags: ['x'] },
  });
  expect(await dataset.row(3)).toMatchObject({ prompt: 'd', index: 10 });
  await expect(dataset.row(4)).rejects.toThrow(RangeError);
});

test('a relative path is looked up in the recipe folder, then in the repository', async () => {
  expect((await open(['shared.parquet'])).files).toEqual([path.join(root, 'shared.parquet')]);
});

test('a missing file says where it was looked for', async () => {
  await expect(open(['trian.parquet'])).rejects.toMatchObject({ code: 'not_found' });
  await expect(open(['trian.parquet'])).rejects.toThrow(path.join(recipe, 'trian.parquet'));
});

test('a damaged file is named', async () => {
  await expect(open(['broken.parquet'])).rejects.toThrow(/broken\.parquet cannot be read as a Parquet file/);
});

test('a format that is not read is refused with what to do', async () => {
  await expect(open(['rows.xlsx'])).rejects.toThrow(/convert the \.xlsx to Parquet/);
});

test('a missing column lists those that exist and the nearest', async () => {
  await expect(open(['train.parquet'], 'promt')).rejects.toThrow(
    /column "promt".*It has: prompt, answer, index, weight, extra\. Did you mean data\.prompt_key: prompt\?/,
  );
  const dataset = await open(['train.parquet']);
  expect(() => requireColumn(dataset, 'answers', 'trainer.warm_start.answer_key')).toThrow(/answer\?/);
});

test('a file without a column that another has gives null, and a missing required column names its file', async () => {
  await writeFile(path.join(recipe, 'short.jsonl'), '{"prompt":"x"}\n');
  const dataset = await open(['train.parquet', 'short.jsonl']);
  expect(dataset.columns).toEqual(['prompt', 'answer', 'index', 'weight', 'extra']);
  expect(await dataset.row(3)).toEqual({ prompt: 'x', answer: null, index: null, weight: null, extra: null });
  await expect(
    openDataset(['train.parquet', 'short.jsonl'], {
      baseDirs: [recipe],
      promptKey: 'prompt',
      alsoRequired: [{ column: 'answer', setting: 'trainer.warm_start.answer_key' }],
    }),
  ).rejects.toThrow(/trainer\.warm_start\.answer_key names the column "answer".*short\.jsonl does not have/);
});

test('a pattern stands for the files that it matches, in the order of their names', async () => {
  for (const name of ['shard_2.jsonl', 'shard_1.jsonl', 'other.jsonl']) {
    await writeFile(path.join(recipe, name), JSON.stringify({ prompt: name }));
  }
  const dataset = await open(['shard_*.jsonl']);
  expect(await Promise.all([dataset.row(0), dataset.row(1)])).toEqual([
    { prompt: 'shard_1.jsonl' },
    { prompt: 'shard_2.jsonl' },
  ]);
  await expect(open(['shart_*.jsonl'])).rejects.toThrow(/no file matches.*Looked at: .*shart_\*/);
});

test('folders, sets and lists of patterns mix, and a stray bracket is a letter', async () => {
  const files = [
    'deep/a/part1.jsonl',
    'deep/b/c/part2.jsonl',
    'deep/b/c/part3.jsonl',
    'deep/.old/part1.jsonl',
  ];
  for (const name of files) {
    await mkdir(path.join(recipe, path.dirname(name)), { recursive: true });
    await writeFile(path.join(recipe, name), JSON.stringify({ prompt: name }));
  }
  const found = async (...named: string[]) =>
    (await open(named)).files.map((file) => path.relative(recipe, file));
  expect(await found('deep/**/part[!3].jsonl')).toEqual(files.slice(0, 2));
  expect(await found('deep/b/c/part3.jsonl', 'deep/**/part1.jsonl')).toEqual([files[2], files[0]]);
  await expect(open(['no[thing.jsonl'])).rejects.toThrow(/no file matches/);
});
