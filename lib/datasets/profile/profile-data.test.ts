import { parquetWriteBuffer } from 'hyparquet-writer';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { DataPlan, DataProfile } from '@/lib/domain/data-profile';
import { byteTokenizer } from '@/lib/embedded/byte-tokenizer';
import { openPromptCounter } from '../prompt-counter';
import { testFolder } from '@/lib/testing/test-folder';
import { loadTokenizer } from '@/lib/tokenizers/load-tokenizer';
import { createDistinctCount } from './distinct-count';
import { profileData } from './profile-data';
import { hashText } from './text-hash';
import { createTextIndex } from './text-index';
import { createTokenHistogram } from './token-histogram';

const PLAN: DataPlan = {
  entry: 'r/embedded.yaml',
  backend: 'embedded',
  trainFiles: ['train.jsonl'],
  validationFiles: null,
  promptKey: 'prompt',
  tokenizer: null,
  tokenizerKey: 'data.tokenizer_path',
  answerKey: null,
  maxPromptLength: 8,
  maxResponseLength: 4,
  maxSequenceLength: 16,
  sequenceKey: 'service.embedded_service.model.context',
  filterPrompts: false,
  batchSize: 1,
  dropLast: true,
};

async function profileOf(
  files: Readonly<Record<string, readonly object[] | string>>,
  plan: Partial<DataPlan> = {},
): Promise<DataProfile> {
  const folder = await testFolder();
  for (const [name, rows] of Object.entries(files)) {
    const text = typeof rows === 'string' ? rows : rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    await writeFile(path.join(folder, name), text);
  }
  return profileData({ ...PLAN, ...plan }, { baseDirs: [folder], hubCache: folder });
}

const codes = ({ findings }: DataProfile) => findings.map(({ code, severity }) => `${severity} ${code}`);

test('rows, types, nulls, lengths, numbers and distinct values of a column', async () => {
  const { train, isComplete } = await profileOf({
    'train.jsonl': [
      { prompt: 'one', n: 1, tags: ['a', 'b'] },
      { prompt: 'three', n: 2.5, tags: [] },
      { prompt: 'four', n: null },
    ],
  });
  expect(isComplete).toBe(true);
  expect(train).toMatchObject({ rows: 3, rowsRead: 3 });
  expect(train.columns).toMatchObject([
    {
      name: 'prompt',
      type: 'text',
      nulls: 0,
      distinct: { count: 3, isExact: true },
      length: { min: 3, max: 5, mean: 4 },
    },
    { name: 'n', type: 'number', nulls: 1, range: { min: 1, max: 2.5, mean: 1.75 } },
    { name: 'tags', type: 'list', nulls: 1, length: { min: 0, max: 2, mean: 1 } },
  ]);
  expect(train.first[0]).toEqual({
    row: 0,
    cells: [
      { column: 'prompt', text: 'one', isCut: false },
      { column: 'n', text: '1', isCut: false },
      { column: 'tags', text: '["a","b"]', isCut: false },
    ],
  });
});

test('sound data has no findings', async () => {
  expect(codes(await profileOf({ 'train.jsonl': [{ prompt: 'a' }, { prompt: 'b' }] }))).toEqual([]);
});

test('duplicates and overlap count rows, with examples', async () => {
  const profile = await profileOf(
    {
      'train.jsonl': ['a', 'b', 'a', 'a'].map((prompt) => ({ prompt })),
      'val.jsonl': [{ prompt: 'x' }, { prompt: 'b' }],
    },
    { validationFiles: ['val.jsonl'] },
  );
  expect(profile.train.duplicates).toEqual({
    rows: 2,
    compared: 4,
    examples: [
      { text: 'a', rows: [0, 2] },
      { text: 'a', rows: [0, 3] },
    ],
  });
  expect(profile.overlap).toEqual({ rows: 1, compared: 2, examples: [{ text: 'b', rows: [1, 1] }] });
  expect(codes(profile)).toEqual(['warning data_duplicates', 'warning data_overlap']);
});

test('prompt lengths are those that the embedded service counts', async () => {
  const counter = await openPromptCounter(PLAN, { baseDirs: [], hubCache: '' });
  for (const text of ['', 'plain', 'Straße 😀', '日本語']) {
    const encoded = byteTokenizer.encode(text, { appendEnd: false });
    const served = encoded.length === 0 ? [byteTokenizer.beginToken] : encoded;
    expect(counter.count(text)).toBe(served.length);
  }
  const prompts = ['1234567', '12345678', '123456789', '1234567890123', '1234567890123456'];
  const profile = await profileOf({ 'train.jsonl': prompts.map((prompt) => ({ prompt })) });
  expect(profile.tokens).toBe('bytes');
  expect(profile.train.prompts).toMatchObject({
    counted: 5,
    min: 7,
    max: 16,
    median: 9,
    overLimit: 3,
    cutResponses: 1,
    overSequence: 1,
  });
  expect(codes(profile)).toEqual([
    'warning data_prompt_too_long',
    'error data_no_room',
    'warning data_response_cut',
  ]);
  expect(profile.findings[0]?.message).toMatch(
    /3 of 5 rows \(60\.0 %\).*max_prompt_length \(8 tokens; the longest has 16\)/,
  );
});

test('another model’s tokens are an estimate, and a list of messages is a prompt', async () => {
  const prompt = [{ role: 'user', content: 'word '.repeat(40) }];
  const profile = await profileOf(
    { 'train.jsonl': [{ prompt, reward: 1 }] },
    { backend: 'self_hosted', filterPrompts: true, maxSequenceLength: null },
  );
  expect(profile.tokens).toBe('estimate');
  expect(profile.train.prompts).toMatchObject({ counted: 1, messages: 1, max: 55 });
  expect(codes(profile)).toEqual([
    'error data_reserved_column',
    'warning data_prompt_too_long',
    'warning data_no_tokenizer',
  ]);
  expect(profile.findings[1]?.message).toMatch(/about 1 of 1 rows.*dropped before training/);
});

test('with the tokenizer of the model tokens are exact, and templates count', async () => {
  const tokenizer = path.resolve('lib/tokenizers/fixtures/bytes-chatml');
  const prompt = [{ role: 'user', content: 'Hello' }];
  const profile = await profileOf(
    { 'train.jsonl': [{ prompt }, { prompt: [{ role: 'oracle', content: '?' }] }] },
    { backend: 'self_hosted', tokenizer, maxPromptLength: 100, maxSequenceLength: null },
  );
  const loaded = await loadTokenizer(tokenizer, { baseDirs: [], hubCache: '', setting: '' });
  const text = loaded.applyChatTemplate(prompt, { addGenerationPrompt: true });
  expect(profile.tokens).toBe('tokenizer');
  expect(profile.train.prompts).toMatchObject({ counted: 1, other: 1, max: loaded.encode(text).length });
});

test('a filter that would leave nothing, or no batch, is an error', async () => {
  const rows = ['short', 'a long prompt'].map((prompt) => ({ prompt }));
  const plan = { filterPrompts: true, maxSequenceLength: null };
  const all = await profileOf({ 'train.jsonl': rows.slice(1) }, plan);
  expect(codes(all)).toContain('error data_all_filtered');
  const few = await profileOf({ 'train.jsonl': rows }, { ...plan, batchSize: 2 });
  expect(codes(few)).toContain('error data_batch_never_full');
});

test.each<[string, Readonly<Record<string, readonly object[] | string>>, Partial<DataPlan>, string, RegExp]>([
  ['a missing file', {}, {}, 'error data_file_missing', /names train\.jsonl.*Looked at: .*\/train\.jsonl/],
  [
    'a missing column',
    { 'train.jsonl': [{ promt: 'a' }] },
    {},
    'error data_column_missing',
    /no column "prompt".*It has: promt\. Did you mean data\.prompt_key: promt/,
  ],
  ['an empty file', { 'train.jsonl': '' }, {}, 'error data_file_empty', /train\.jsonl has no rows/],
  [
    'a damaged line',
    { 'train.jsonl': '{"prompt":"a"}\n{\n' },
    {},
    'error data_file_unreadable',
    /train\.jsonl:2/,
  ],
  [
    'null prompts',
    { 'train.jsonl': [{ prompt: 'a' }, { prompt: null }] },
    {},
    'error data_prompt_null',
    /1 of 2 rows \(50\.0 %\)/,
  ],
  [
    'prompts of another type',
    { 'train.jsonl': [{ prompt: 5 }] },
    {},
    'error data_prompt_type',
    /integer \(1\); in 1 of 1 rows \(100 %\) it is not text/,
  ],
  [
    'mixed types',
    {
      'train.jsonl': [
        { prompt: 'a', x: 1 },
        { prompt: 'b', x: 'y' },
      ],
    },
    {},
    'warning data_mixed_types',
    /"x" holds integer and text/,
  ],
  [
    'a reserved column',
    { 'train.jsonl': [{ prompt: 'a', tokens: 3 }] },
    {},
    'warning data_reserved_column',
    /"tokens" is reserved.*Rename/,
  ],
  [
    'fewer rows than a batch',
    { 'train.jsonl': [{ prompt: 'a' }] },
    { batchSize: 2 },
    'error data_batch_never_full',
    /only 1 rows/,
  ],
  [
    'no answers',
    { 'train.jsonl': [{ prompt: 'a' }] },
    { answerKey: 'answer' },
    'error data_column_missing',
    /no column "answer".*warm_start/,
  ],
  // eslint-disable-next-line max-params -- a table of cases, one column each
])('%s is a finding', async (_name, files, plan, code, message) => {
  const profile = await profileOf(files, plan);
  expect(codes(profile)).toContain(code);
  expect(profile.findings.map((each) => each.message).join('\n')).toMatch(message);
});

test('a large file answers first from its beginning, then with all rows', async () => {
  const folder = await testFolder();
  await mkdir(folder, { recursive: true });
  const line = (index: number) => `${JSON.stringify({ prompt: `prompt ${index} ${'x'.repeat(400)}` })}\n`;
  await writeFile(
    path.join(folder, 'train.jsonl'),
    Array.from({ length: 9000 }, (_, index) => line(index)).join(''),
  );
  const firsts: DataProfile[] = [];
  const shares: number[] = [];
  const profile = await profileData(
    { ...PLAN, maxPromptLength: 1000, maxSequenceLength: null },
    {
      baseDirs: [folder],
      hubCache: folder,
      onFirst: (first) => void firsts.push(first),
      onProgress: (share) => void shares.push(share),
    },
  );
  expect(firsts).toHaveLength(1);
  expect(firsts[0]).toMatchObject({ isComplete: false, train: { rows: null } });
  expect(firsts[0]?.train.rowsRead).toBeGreaterThan(1000);
  expect(profile).toMatchObject({ isComplete: true, train: { rows: 9000, rowsRead: 9000 } });
  expect(profile.train.columns[0]?.distinct).toEqual({ count: 9000, isExact: true });
  expect(shares.at(-1)).toBe(1);
  await expect(
    profileData(PLAN, { baseDirs: [folder], hubCache: folder, signal: AbortSignal.abort() }),
  ).rejects.toThrow(/aborted/);
});

test('Parquet types are those that the file declares', async () => {
  const folder = await testFolder();
  const columns = [
    { name: 'prompt', data: ['a', 'b'], type: 'STRING' as const },
    { name: 'score', data: [1, 2], type: 'DOUBLE' as const },
    { name: 'id', data: [1n, null], type: 'INT64' as const },
  ];
  await writeFile(path.join(folder, 'p.parquet'), Buffer.from(parquetWriteBuffer({ columnData: columns })));
  const { train } = await profileData(
    { ...PLAN, trainFiles: ['p.parquet'] },
    { baseDirs: [folder], hubCache: folder },
  );
  expect(train.columns.map(({ type, nulls }) => [type, nulls])).toEqual([
    ['string', 0],
    ['double', 0],
    ['int64', 1],
  ]);
});

test('the distinct estimate is within five per cent, the index exact, the histogram bounded', () => {
  const distinct = createDistinctCount();
  const index = createTextIndex();
  let repeated = 0;
  for (let at = 0; at < 120_000; at += 1) {
    const hash = hashText(`value ${at % 100_000}`);
    distinct.add(hash);
    if (index.add(hash, at) !== null) repeated += 1;
  }
  expect(distinct.result().isExact).toBe(false);
  expect(Math.abs(distinct.result().count - 100_000)).toBeLessThan(5_000);
  expect([index.size(), repeated, index.find(hashText('value 7')), index.find(hashText('none'))]).toEqual([
    100_000,
    20_000,
    7,
    null,
  ]);

  const histogram = createTokenHistogram();
  for (let tokens = 1; tokens <= 20_000; tokens += 1) histogram.add(tokens);
  const { bins, median, max, p99 } = histogram.summary();
  expect(bins.length).toBeLessThanOrEqual(33);
  expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(20_000);
  expect(max).toBe(20_000);
  expect(Math.abs(median - 10_000)).toBeLessThan(10);
  expect(Math.abs(p99 - 19_800)).toBeLessThan(10);
});
