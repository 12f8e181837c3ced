import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RunId } from '@/lib/domain/run';
import { childEnvironment } from '@/lib/env';
import { processBundle } from '@/lib/shared/process-bundle';
import { endEmbeddedService } from '@/lib/testing/end-embedded-service';
import { orchestratedRuns, seriesOf } from '@/lib/testing/orchestrated-run';
import { buildProcessBundles } from '@/lib/testing/process-bundles';
import { testDatabase } from '@/lib/testing/test-database';

// Real processes: the bundled run process, the embedded service that it starts, the evaluator's process.

const TINY = {
  trainer: { total_train_steps: 6, save_freq: 2, warm_start: { max_updates: 4, check_samples: 16 } },
  service: { embedded_service: { model: { width: 16, layers: 1, heads: 2, context: 16 }, threads: 1 } },
};

async function setUp() {
  const database = await testDatabase();
  const { env, launch, store } = await orchestratedRuns(database);
  await buildProcessBundles(env.root);
  onTestFinished(() => endEmbeddedService(env.dataDir));
  const start = (runId: RunId): ChildProcess =>
    spawn(process.execPath, [processBundle(env.root, 'orchestrator/main'), '--run', String(runId)], {
      env: childEnvironment(env),
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  const runToEnd = async (runId: RunId): Promise<void> => {
    await once(start(runId), 'exit');
  };
  return { env, launch, store, start, runToEnd };
}

test('kill -9 at any step, then a new process, gives the series of an uninterrupted run', async () => {
  const { launch, start, runToEnd, store } = await setUp();
  const reference = await launch(TINY);
  await runToEnd(reference);
  expect(await store.get(reference)).toMatchObject({ reason: null, status: 'succeeded', step: 6 });
  const expected = await seriesOf(store, reference);
  expect(expected['training/grad_norm@5'], 'weights moved').toBeGreaterThan(0);

  const runId = await launch(TINY);
  const first = start(runId);
  // seeded by the clock on purpose: every step is a fair place to die
  const dieAt = 1 + (Date.now() % 5);
  await expect
    .poll(async () => (await store.get(runId)).step, { timeout: 60_000, interval: 10 })
    .toBeGreaterThanOrEqual(dieAt);
  const ended = once(first, 'exit');
  first.kill('SIGKILL');
  await ended;
  expect(await store.markLost(10_000)).toEqual([runId]);
  await store.transition(runId, 'queued', null);
  await runToEnd(runId);

  expect(await store.get(runId)).toMatchObject({ status: 'succeeded', step: 6, attempt: 2 });
  expect(await seriesOf(store, runId), `killed at step ${dieAt}`).toEqual(expected);
}, 180_000);

test('SIGTERM stops a run with a checkpoint, within the time that a stop may take', async () => {
  const { launch, start, store } = await setUp();
  const runId = await launch({
    ...TINY,
    trainer: { ...TINY.trainer, total_train_steps: 5000, save_freq: 0 },
  });
  const run = start(runId);
  await expect
    .poll(async () => (await store.get(runId)).step, { timeout: 60_000, interval: 20 })
    .toBeGreaterThanOrEqual(2);
  run.kill('SIGTERM');
  await once(run, 'exit');
  expect(run.exitCode).toBe(0);
  const stopped = await store.get(runId);
  expect(stopped.status).toBe('stopped');
  expect((await store.checkpoints(runId))[0]?.step).toBe(stopped.step);
}, 120_000);

test.each([
  [
    'train.jsonl',
    (row: number) => JSON.stringify({ prompt: `digit ${row}=`, answer: String((row * 7) % 10) }),
  ],
  [
    'train.csv',
    (row: number) => (row === 0 ? 'prompt,answer\n' : '') + `"digit ${row}=","a${(row * 7) % 10}"`,
  ],
])(
  'a run trains on %s as it is, more than once around',
  async (name, line) => {
    const { env, launch, runToEnd, store } = await setUp();
    const rows = Array.from({ length: 24 }, (_, row) => `${line(row)}\n`);
    await writeFile(path.join(env.recipesDir, 'digits', name), rows.join(''));
    const runId = await launch({ ...TINY, data: { data_files: [name] } });
    await runToEnd(runId);
    expect(await store.get(runId)).toMatchObject({ reason: null, status: 'succeeded', step: 6 });
    const series = await seriesOf(store, runId);
    expect(series['training/grad_norm@5'], 'weights moved').toBeGreaterThan(0);
    expect(series['data/epoch@5']).toBe(1);
  },
  120_000,
);
