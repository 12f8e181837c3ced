import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { banditRuns } from '@/lib/testing/bandit-runs';
import { seriesOf, valuesOf } from '@/lib/testing/orchestrated-run';

// several processes and whole runs per test
vi.setConfig({ testTimeout: 120_000 });

const setUp = banditRuns();

test('the newest checkpoints stay, and the best by a metric of validations', async () => {
  const { launch, runToEnd, store, env } = await setUp();
  const runId = await launch({
    trainer: { total_train_steps: 12, save_freq: 0, warm_start: null },
    checkpoint: { keep_last: 1, metric: 'val/reward_mean', goal: 'min' },
    validate: { eval: { validate_freq: 3 } },
  });
  expect(await runToEnd(runId)).toMatchObject({ status: 'succeeded' });
  const series = await seriesOf(store, runId);
  const rewards = new Map([0, 3, 6, 9, 12].map((step) => [step, series[`val/reward_mean@${step}`] ?? NaN]));
  const lowest = Math.min(...rewards.values());
  const best = [...rewards].find(([, reward]) => reward === lowest)?.[0] ?? NaN;
  const root = path.join(env.dataDir, 'checkpoints', `run-${runId}`);
  const steps = (await readdir(root)).flatMap((name) => /^step-(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  expect(new Set(steps)).toEqual(new Set([best, 12]));
  const score: unknown = JSON.parse(await readFile(path.join(root, `step-${best}`, 'score.json'), 'utf8'));
  expect(score).toEqual({ metric: 'val/reward_mean', value: lowest });
});

test('a metric that no validation measures is said', async () => {
  const { launch, runToEnd, store } = await setUp();
  const runId = await launch({
    trainer: { total_train_steps: 2, warm_start: null },
    checkpoint: { metric: 'val/nothing' },
  });
  expect(await runToEnd(runId)).toMatchObject({ status: 'succeeded' });
  const events = await store.events({ runs: [runId], after: 0, limit: 10_000 });
  expect(events).toContainEqual(
    expect.objectContaining({ kind: 'advisory', code: 'checkpoint_metric_missing', step: 0 }),
  );
});

test('a validation of several samples writes pass@k, and drops an incomplete batch', async () => {
  const { launch, runToEnd, store } = await setUp();
  const runId = await launch({
    trainer: { total_train_steps: 1, warm_start: null },
    validate: { samples: 4, temperature: 1, data: { batch_size: 4, drop_last: true, shuffle: true } },
  });
  expect(await runToEnd(runId)).toMatchObject({ status: 'succeeded' });
  const series = await seriesOf(store, runId);
  // 6 rows are one batch of 4
  expect(valuesOf(series, 'val/num_samples')).toEqual([16, 16]);
  const [one, two, four] = [1, 2, 4].map((k) => series[`val/pass_at_${k}@0`] ?? NaN);
  expect(one).toBeCloseTo(series['val/exact_match@0'] ?? NaN, 12);
  expect(two).toBeGreaterThanOrEqual(one ?? NaN);
  expect(four).toBeGreaterThanOrEqual(two ?? NaN);
});
