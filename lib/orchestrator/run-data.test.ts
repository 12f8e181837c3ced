import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createBandit } from '@/lib/testing/bandit-services';
import { bundleForTest } from '@/lib/testing/bundle-for-test';
import { messagesOf, orchestratedRuns, seriesOf } from '@/lib/testing/orchestrated-run';
import { testDatabase, testWriterWorker } from '@/lib/testing/test-database';
import { startRunProcess } from './run-process';

// What a run makes of its data settings, over the real store and a real evaluator process; only the model is small.

// several processes and whole runs per test
vi.setConfig({ testTimeout: 120_000 });

let folder = '';
let evaluatorChild = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'galley-run-data-'));
  evaluatorChild = await bundleForTest('lib/evaluators/evaluator-child.ts', folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function setUp() {
  const runs = await orchestratedRuns(await testDatabase());
  const run = async (
    data: Readonly<Record<string, unknown>>,
    rest: Readonly<Record<string, unknown>> = {},
  ) => {
    const trainer = { total_train_steps: 7, save_freq: 0 };
    const runId = await runs.launch({ trainer, ...rest, data });
    const { open } = createBandit();
    const started = await startRunProcess({
      env: runs.env,
      runId,
      evaluatorChild,
      scriptChild: '',
      writerWorker: testWriterWorker(),
      open,
    });
    const end = await started.ended;
    return { end, runId, series: await seriesOf(runs.store, runId) };
  };
  const write = (name: string, text: string) =>
    writeFile(path.join(runs.env.recipesDir, 'digits', name), text);
  return { ...runs, run, write };
}

test('a file smaller than the run comes round, in another order each time', async () => {
  const { run } = await setUp();
  // 24 rows, 8 a step
  const { end, series } = await run({});
  expect(end).toEqual({ status: 'succeeded', reason: null });
  expect([0, 2, 3, 5, 6].map((step) => series[`data/epoch@${step}`])).toEqual([0, 0, 1, 1, 2]);
});

test('data.epochs ends the run after so many passes', async () => {
  const { run, store } = await setUp();
  const { end, runId } = await run({ epochs: 2 });
  expect(end.status).toBe('succeeded');
  expect((await store.get(runId)).step).toBe(6);
  expect(await messagesOf(store, runId)).toContainEqual(
    expect.stringMatching(/ends after 6 steps: data\.epochs is 2/),
  );
});

test('the filter drops prompts above the limit, says how many, and refuses to drop all', async () => {
  const { run, store } = await setUp();
  // "digit 0=" to "digit 9=" have 8 bytes, the other fourteen 9
  const { end, runId, series } = await run({ filter_prompts: true, max_prompt_length: 8 });
  expect(end.status).toBe('succeeded');
  expect(series['data/filtered_prompts@0']).toBe(14);
  expect([0, 1, 2].map((step) => series[`data/epoch@${step}`])).toEqual([0, 1, 2]);
  expect(await messagesOf(store, runId)).toContainEqual(expect.stringMatching(/10 of 24 rows stay; 14 have/));

  const refused = await run({ filter_prompts: true, max_prompt_length: 2 });
  expect(refused.end).toMatchObject({ status: 'failed' });
  expect(refused.end.reason).toMatch(/data\.filter_prompts drops every row.*Raise data\.max_prompt_length/);
});

test('validation has files, a prompt column and sources of its own', async () => {
  const { run, write } = await setUp();
  const line = (source: string, digit: number) =>
    `${JSON.stringify({ question: `digit ${digit}=`, answer: String((digit * 7) % 10), data_source: source })}\n`;
  await write('easy.jsonl', line('easy', 1) + line('easy', 2));
  await write('hard.csv', 'question,answer,data_source\ndigit 3=,1,hard\n');
  const data = { data_files: ['easy.jsonl', 'hard.*'], prompt_key: 'question' };
  const { end, series } = await run({}, { validate: { validate_before_train: true, data } });
  expect(end).toEqual({ status: 'succeeded', reason: null });
  expect(series['val/num_samples@0']).toBe(3);
  const [easy, hard] = [series['val/easy_exact_match@0'], series['val/hard_exact_match@0']];
  expect(((easy ?? NaN) * 2 + (hard ?? NaN)) / 3).toBeCloseTo(series['val/exact_match@0'] ?? NaN, 12);
});
