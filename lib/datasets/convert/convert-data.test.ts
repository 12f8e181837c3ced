import { readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testFolder } from '@/lib/testing/test-folder';
import { openDataset } from '../open-dataset';
import { readParquet } from '../read-parquet';
import { convertData } from './convert-data';
import { shapeOf, wider } from './value-shape';

async function convert(files: Readonly<Record<string, string>>) {
  const folder = await testFolder();
  const inputs = Object.keys(files).map((name) => path.join(folder, name));
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  const output = path.join(folder, 'out.parquet');
  const converted = await convertData({ inputs, output, isOverwriteAllowed: false });
  return { folder, output, inputs, converted, rows: (await readParquet(output)).rows };
}

const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

test('types fit the whole input, integers keep every digit, missing columns are null', async () => {
  const text =
    '{"prompt":"a","n":1,"big":9007199254740993,"f":1}\n{"prompt":"b","ok":true,"f":0.5,"any":1}\n{"prompt":"c","any":"x"}\n';
  const { converted, rows } = await convert({ 'in.jsonl': text });
  expect(converted).toMatchObject({ rows: 3 });
  expect(converted.columns).toEqual([
    { name: 'prompt', type: 'string' },
    { name: 'n', type: 'int64' },
    { name: 'big', type: 'int64' },
    { name: 'f', type: 'double' },
    { name: 'ok', type: 'boolean' },
    { name: 'any', type: 'json' },
  ]);
  expect(rows).toEqual([
    { prompt: 'a', n: 1n, big: 9007199254740993n, f: 1, ok: null, any: null },
    { prompt: 'b', n: null, big: null, f: 0.5, ok: true, any: 1 },
    { prompt: 'c', n: null, big: null, f: null, ok: null, any: 'x' },
  ]);
});

test('lists of messages become nested columns, not text', async () => {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hi' },
  ];
  const { converted, rows } = await convert({
    'in.jsonl': lines([
      { prompt: messages, extra_info: { index: 3, tags: ['x', null] } },
      { prompt: [], extra_info: { split: 'train', tags: [] } },
      { prompt: null },
    ]),
  });
  expect(converted.columns).toEqual([
    { name: 'prompt', type: 'list<struct<role: string, content: string>>' },
    { name: 'extra_info', type: 'struct<index: int64, tags: list<string>, split: string>' },
  ]);
  expect(rows[0]).toMatchObject({ prompt: messages, extra_info: { index: 3n, tags: ['x', null] } });
  expect(rows[1]).toMatchObject({ prompt: [], extra_info: { split: 'train', tags: [] } });
  expect([rows[2]?.['prompt'] ?? null, rows[2]?.['extra_info'] ?? null]).toEqual([null, null]);
});

test('CSV and JSONL can be put together, and train as the inputs do', async () => {
  const { folder, inputs, output } = await convert({
    'a.csv': 'prompt,answer,n\n"x, y",1,2.5\nz,2,3\n',
    'b.jsonl': lines([{ prompt: 'w', answer: 3, n: 1 }]),
  });
  const open = (files: readonly string[]) => openDataset(files, { baseDirs: [folder], promptKey: 'prompt' });
  const [before, after] = [await open(inputs), await open([output])];
  expect(after.count).toBe(3);
  for (const row of [0, 1, 2]) expect(await after.row(row)).toEqual(await before.row(row));
});

test('nothing is overwritten unasked, and a failure leaves nothing behind', async () => {
  const { folder, inputs, output } = await convert({ 'in.jsonl': lines([{ prompt: 'a' }]) });
  await expect(convertData({ inputs, output, isOverwriteAllowed: false })).rejects.toThrow(
    /exists already.*--force/,
  );
  expect((await convertData({ inputs, output, isOverwriteAllowed: true })).rows).toBe(1);
  const bad = path.join(folder, 'bad.jsonl');
  await writeFile(bad, '{"prompt":"a"}\nnot json\n');
  const never = path.join(folder, 'never.parquet');
  await expect(convertData({ inputs: [bad], output: never, isOverwriteAllowed: false })).rejects.toThrow(
    /bad\.jsonl:2/,
  );
  await expect(stat(never)).rejects.toThrow();
  expect((await readdir(folder)).toSorted()).toEqual(['bad.jsonl', 'in.jsonl', 'out.parquet']);
  await expect(convertData({ inputs: [output], output: never, isOverwriteAllowed: false })).rejects.toThrow(
    /neither a \.jsonl nor a \.csv/,
  );
});

test('any rows of JSON read back as they were written', async () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 2 },
      fc.string({ maxLength: 6 }),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('any'), { maxKeys: 3 }),
    ),
  })).any;
  const row = fc.record({ prompt: fc.string(), x: value, y: value }, { requiredKeys: ['prompt'] });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 6 }), async (rows) => {
      expect((await convert({ 'in.jsonl': lines(rows) })).converted.rows).toBe(rows.length);
    }),
    { numRuns: 80 },
  );
});

test('the shape of a column does not depend on the order of its rows', () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 2 }),
      fc.jsonValue({ maxDepth: 2 }),
      fc.jsonValue({ maxDepth: 2 }),
      (a, b, c) => {
        const [x, y, z] = [shapeOf(a), shapeOf(b), shapeOf(c)];
        expect(wider(wider(x, y), z)).toEqual(wider(x, wider(y, z)));
        expect(wider(x, y)).toEqual(wider(y, x));
      },
    ),
  );
});
