import { describe, expect, test, vi } from 'vitest';
import { banditRuns, haltAt } from '@/lib/testing/bandit-runs';
import { createBandit, goneError } from '@/lib/testing/bandit-services';
import { seriesOf, valuesOf } from '@/lib/testing/orchestrated-run';
import { trainedRows } from '@/lib/testing/trained-rows';

// several processes and whole runs per test
vi.setConfig({ testTimeout: 120_000 });

const setUp = banditRuns();

describe('an asynchronous run', () => {
  test('of batch-async samples ahead, stays within its threshold, and is the same for the same seed', async () => {
    const { launch, runToEnd, store } = await setUp();
    const changes = { weight: { sync_mode: 'batch-async', staleness_threshold: 1 } };
    const runs = [await launch(changes), await launch(changes)];
    for (const runId of runs) expect(await runToEnd(runId)).toMatchObject({ status: 'succeeded' });
    const [series = {}, again] = await Promise.all(runs.map((runId) => seriesOf(store, runId)));
    expect(again).toEqual(series);
    // weights every second step; the validations after steps 4, 8 and 12 have those of their step
    expect(valuesOf(series, 'rollout/staleness_max')).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    expect(valuesOf(series, 'training/weight_version')).toEqual(
      Array.from({ length: 12 }, (_, step) => step),
    );
    expect(series['val/num_samples@12']).toBe(6);
  });

  test('of batch-async overlaps sampling and training', async () => {
    const { launch, start, store } = await setUp();
    const runId = await launch({
      weight: { sync_mode: 'batch-async', staleness_threshold: 1 },
      validate: null,
      trainer: { total_train_steps: 2, warm_start: null },
    });
    const halted = haltAt('trainStep', 1);
    const run = await start(runId, halted.bandit);
    await halted.arrived;
    // both batches of 32 rollouts are there before the first optimizer step is
    await expect.poll(() => halted.bandit.calls.generate).toBe(64);
    halted.letGo();
    expect(await run.ended).toMatchObject({ status: 'succeeded' });
    expect(valuesOf(await seriesOf(store, runId), 'rollout/staleness_max')).toEqual([0, 1]);
  });

  test('of fully-async trains every step on whole groups and pushes weights after each', async () => {
    const { launch, runToEnd, store } = await setUp();
    const runId = await launch({
      weight: { sync_mode: 'fully-async', staleness_threshold: 2 },
      trainer: { total_train_steps: 40, warm_start: null },
    });
    expect(await runToEnd(runId)).toMatchObject({ status: 'succeeded' });
    const series = await seriesOf(store, runId);
    expect(new Set(valuesOf(series, 'training/batch_size'))).toEqual(new Set([32]));
    // a step without a signal leaves the weights as they are
    let version = 0;
    for (const [step, skipped] of valuesOf(series, 'training/skipped').entries()) {
      expect(series[`training/weight_version@${step}`]).toBe(version);
      version += 1 - skipped;
    }
    expect(Math.max(...valuesOf(series, 'rollout/staleness_max'))).toBeLessThanOrEqual(2);
    const reward = valuesOf(series, 'rollout/reward_mean');
    expect(reward[39]).toBeGreaterThan((reward[0] ?? NaN) + 0.2);
  });

  test.each([
    ['batch-async', 'generate', 300],
    ['batch-async', 'trainStep', 9],
    ['fully-async', 'generate', 300],
    ['fully-async', 'trainStep', 9],
    ['fully-async', 'publishWeights', 8],
  ] as const)(
    'of %s that is stopped at %s %i resumes: no step and no prompt is lost or doubled',
    async (mode, call, number) => {
      const { launch, start, resume, store, db } = await setUp();
      const runId = await launch({
        weight: { sync_mode: mode, staleness_threshold: 1 },
        trainer: { warm_start: null },
        validate: null,
      });
      const halted = haltAt(call, number);
      const run = await start(runId, halted.bandit);
      await halted.arrived;
      run.command('stop');
      halted.letGo();
      expect(await run.ended).toMatchObject({ status: 'stopped' });
      const [checkpoint] = await store.checkpoints(runId);
      expect(checkpoint?.step).toBe((await store.get(runId)).step);
      expect(await resume(runId)).toMatchObject({ status: 'succeeded' });
      const series = await seriesOf(store, runId);
      expect(valuesOf(series, 'training/weight_version')).toEqual(
        Array.from({ length: 12 }, (_, step) => step),
      );
      // 12 steps of 8 prompts are four passes over the 24 rows
      const rows = await trainedRows(db, runId, 12);
      expect(rows.size).toBe(24);
      expect(new Set(rows.values())).toEqual(new Set([4]));
    },
  );

  test('that is paused lets rollouts in flight end, and begins no others until it goes on', async () => {
    const { launch, start, store } = await setUp();
    const runId = await launch({ weight: { sync_mode: 'fully-async' }, validate: null });
    const halted = haltAt('generate', 400);
    const run = await start(runId, halted.bandit);
    await halted.arrived;
    run.command('pause');
    halted.letGo();
    await expect.poll(async () => (await store.get(runId)).status).toBe('paused');
    const { generate } = halted.bandit.calls;
    await store.command(runId, 'resume');
    expect(await run.ended).toMatchObject({ status: 'succeeded' });
    expect(halted.bandit.calls.generate).toBeGreaterThan(generate);
    const series = await seriesOf(store, runId);
    expect(valuesOf(series, 'training/batch_size')).toEqual(Array.from({ length: 12 }, () => 32));
  });

  test('whose service is gone continues from its last checkpoint', async () => {
    const { launch, runToEnd, store, db } = await setUp();
    const runId = await launch({
      weight: { sync_mode: 'fully-async' },
      trainer: { warm_start: null },
      validate: null,
    });
    let isDead = false;
    const bandit = createBandit((call, count) => {
      if (call === 'open') isDead = false;
      if (call === 'generate' && count === 200) isDead = true;
      if (isDead) throw goneError();
    });
    expect(await runToEnd(runId, bandit)).toMatchObject({ status: 'succeeded' });
    expect(await store.attempts(runId)).toHaveLength(2);
    expect(new Set((await trainedRows(db, runId, 12)).values())).toEqual(new Set([4]));
  });
});
