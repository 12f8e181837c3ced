import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDataset } from './open-dataset';
import { openTable } from './open-table';

let root = '';
let files = 0;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'galley-text-tables-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function write(ending: string, content: string | Uint8Array): Promise<string> {
  files += 1;
  const file = path.join(root, `file-${files}.${ending}`);
  await writeFile(file, content);
  return file;
}

const openText = (file: string, limitBytes = Infinity) =>
  openTable(file, { setting: 'data.data_files', limitBytes });

async function rowsOf(file: string): Promise<readonly unknown[]> {
  const table = await openText(file);
  const blocks = await Promise.all([...table.blocks.keys()].map((block) => table.readBlock(block)));
  return blocks.flat();
}

test('JSONL: a byte-order mark, Windows line ends, empty lines and a last line without an end', async () => {
  const file = await write('JSONL', '\uFEFF{"prompt":"ä"}\r\n\r\n{"prompt":"b","answer":[1,{"x":null}]}');
  expect(await rowsOf(file)).toEqual([{ prompt: 'ä' }, { prompt: 'b', answer: [1, { x: null }] }]);
  expect((await openText(file)).columns.map(({ name }) => name)).toEqual(['prompt', 'answer']);
});

test('JSONL: integers beyond 2^53 keep every digit', async () => {
  const text = '{"id":9007199254740993,"float":0.25,"text":"9007199254740993"}\n';
  const [row] = await rowsOf(await write('jsonl', text));
  expect(row).toEqual({ id: 9007199254740993n, float: 0.25, text: '9007199254740993' });
});

test.each([
  ['{"prompt":"a"}\n{"prompt": oops}\n', /file-\d+\.jsonl:2: the line is not JSON/],
  ['{"prompt":"a"}\n\n["b"]\n', /:3: the line is a list, not an object/],
  ['[\n{"prompt":"a"}\n]\n', /:1: the file is one JSON list.*jq/],
  ['{"prompt":"a","x":NaN}\n', /:1: NaN and Infinity are not JSON; write null/],
])('JSONL: a bad line is named %#', async (text, message) => {
  await expect(openText(await write('jsonl', text))).rejects.toThrow(message);
});

test('text that is not UTF-8 is named with its line', async () => {
  const latin = Buffer.from('{"prompt":"a"}\n{"prompt":"caf\u00e9"}\n', 'latin1');
  await expect(openText(await write('jsonl', latin))).rejects.toThrow(/:2: it is not UTF-8/);
});

test('CSV: quotes, doubled quotes, commas and line breaks inside quotes, mixed line ends, a byte-order mark', async () => {
  const file = await write('csv', '\uFEFFprompt,answer\r\n"say ""hi"", please","two\nlines"\n\r\nplain,\r\n');
  expect(await rowsOf(file)).toEqual([
    { prompt: 'say "hi", please', answer: 'two\nlines' },
    { prompt: 'plain', answer: null },
  ]);
});

test('CSV: a column has the type that all of its cells allow', async () => {
  const file = await write(
    'csv',
    'i,big,f,b,zip,mixed,none\n1,9007199254740993,1,true,007,1,\n-2,5,2.5,FALSE,1,x,\n',
  );
  const table = await openText(file);
  expect(table.columns.map(({ declared }) => declared)).toEqual([
    'int64',
    'int64',
    'double',
    'boolean',
    'string',
    'string',
    'empty',
  ]);
  expect(await rowsOf(file)).toEqual([
    { i: 1, big: 9007199254740993n, f: 1, b: true, zip: '007', mixed: '1', none: null },
    { i: -2, big: 5, f: 2.5, b: false, zip: '1', mixed: 'x', none: null },
  ]);
});

test.each([
  ['a,b\n1,2\n3\n', /file-\d+\.csv:3: the record has 1 cells and the header has 2/],
  ['a,b\n"x\ny",1\n2,un"quoted\n', /:4: the record is not CSV/],
  ['a,a\n1,2\n', /:1: two columns are called "a"/],
  ['a,,b\n1,2,3\n', /:1: column 2 has no name/],
])('CSV: a bad record is named %#', async (text, message) => {
  await expect(openText(await write('csv', text))).rejects.toThrow(message);
});

test('an empty file, and one of a header alone, have no rows', async () => {
  for (const [ending, text] of [
    ['csv', ''],
    ['csv', 'a,b\n'],
    ['jsonl', '\n'],
  ] as const) {
    const table = await openText(await write(ending, text));
    expect(table.count).toBe(0);
  }
});

test('files of several blocks keep rows, lines and random access', async () => {
  const text = (index: number) => `row ${index}\n${'x'.repeat(index % 700)}"`;
  const count = 9_000;
  const numbers = Array.from({ length: count }, (_, index) => index);
  const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
  const csv = await write('csv', `prompt,n\n${numbers.map((n) => `${quoted(text(n))},${n}\n`).join('')}`);
  const jsonl = await write(
    'jsonl',
    numbers.map((n) => `${JSON.stringify({ prompt: text(n), n })}\n`).join(''),
  );
  for (const file of [csv, jsonl]) {
    expect((await openText(file)).blocks.length).toBeGreaterThan(2);
    const dataset = await openDataset([file], { baseDirs: [root], promptKey: 'prompt' });
    expect(dataset.count).toBe(count);
    const asked = [count - 1, 0, 4_321, 4_320, 17];
    expect(await Promise.all(asked.map((n) => dataset.row(n)))).toEqual(
      asked.map((n) => ({ prompt: text(n), n })),
    );
  }
  expect(await openText(jsonl, 1)).toMatchObject({ isPartial: true });
  await appendFile(jsonl, '{"prompt": }\n');
  await expect(openText(jsonl)).rejects.toThrow(new RegExp(`:${count + 1}: the line is not JSON`));
});

test('a file that changes under a run is refused', async () => {
  const file = await write('jsonl', '{"prompt":"a"}\n{"prompt":"b"}\n');
  const dataset = await openDataset([file], { baseDirs: [root], promptKey: 'prompt' });
  await appendFile(file, '{"prompt":"c"}\n');
  await expect(dataset.row(0)).rejects.toThrow(/changed while it was in use/);
});

test('any text survives CSV', async () => {
  const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', ' ', 'é', '😀') });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }), async (cells) => {
      const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
      const file = await write('csv', `a,b\n${cells.map((pair) => pair.map(quoted).join(',')).join('\n')}`);
      expect(await rowsOf(file)).toEqual(cells.map(([a, b]) => ({ a: a || null, b: b || null })));
    }),
    { numRuns: 60 },
  );
});
