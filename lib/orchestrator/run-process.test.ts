import { appendFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { ServiceError } from '@/lib/services/service-error';
import { banditRuns, haltAt } from '@/lib/testing/bandit-runs';
import { createBandit, goneError } from '@/lib/testing/bandit-services';
import { eventsOf, messagesOf, seriesOf } from '@/lib/testing/orchestrated-run';
import { createTrajectoryStore } from '@/lib/trajectories/create-trajectory-store';

// several processes and whole runs per test
vi.setConfig({ testTimeout: 120_000 });

const setUp = banditRuns();

describe('a run', () => {
  test('learns, and tells every step, validation and checkpoint', async () => {
    const { launch, runToEnd, store, env, db } = await setUp();
    const runId = await launch({ trainer: { total_train_steps: 40, save_freq: 10 } });
    expect(await runToEnd(runId)).toEqual({ status: 'succeeded', reason: null });
    const run = await store.get(runId);
    expect(run).toMatchObject({ status: 'succeeded', step: 40, phase: null });
    expect(run.trainSeconds).toBeGreaterThan(0);

    const series = await seriesOf(store, runId);
    const reward = (step: number): number => series[`rollout/reward_mean@${step}`] ?? NaN;
    expect(reward(39)).toBeGreaterThan(reward(0) + 0.2);
    expect(Object.keys(series).filter((name) => name.startsWith('val/exact_match@'))).toEqual(
      [0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40].map((step) => `val/exact_match@${step}`),
    );
    expect(await readdir(path.join(env.dataDir, 'checkpoints', `run-${runId}`))).toEqual(
      expect.arrayContaining(['step-30', 'step-40']),
    );
    const { rows, total } = await createTrajectoryStore(db).list({
      runId,
      step: 3,
      validation: false,
      sort: 'order',
      limit: 100,
      offset: 0,
    });
    expect(total).toBe(32);
    expect(rows.map(({ sample }) => sample).slice(0, 5)).toEqual([0, 1, 2, 3, 0]);
    expect(Math.abs(rows.reduce((sum, row) => sum + (row.advantage ?? NaN), 0))).toBeLessThan(1e-6);
  });

  test('the same seed twice gives the same series to the last digit, another seed another', async () => {
    const { launch, runToEnd, store } = await setUp();
    const runs = [await launch(), await launch(), await launch({ data: { seed: 8 } })];
    for (const runId of runs) await runToEnd(runId);
    const [first, second, other] = await Promise.all(runs.map((runId) => seriesOf(store, runId)));
    expect(second).toEqual(first);
    expect(other).not.toEqual(first);
  });

  test('warm start is a phase of its own, before step 0 and without the held-out file', async () => {
    const { launch, runToEnd, store } = await setUp();
    const runId = await launch({ trainer: { total_train_steps: 1, warm_start: { until_exact: 1 } } });
    await runToEnd(runId);
    const series = await seriesOf(store, runId);
    const names = Object.keys(series).filter((name) => name.startsWith('warm_start/'));
    expect(names.filter((name) => name.startsWith('warm_start/loss@'))).toHaveLength(6);
    expect(names.filter((name) => name.startsWith('warm_start/exact@'))).toEqual(
      [1, 3, 5].map((update) => `warm_start/exact@${update}`),
    );
    expect(names.slice(0, 1)).toEqual(['warm_start/loss@0']);
    const kinds = (await eventsOf(store, runId)).map((event) => event.kind);
    expect(kinds.indexOf('checkpoint')).toBeLessThan(kinds.indexOf('trajectories'));
  });
});

const references = new Map<number, Promise<Readonly<Record<string, number>>>>();

/** The series of a run that nothing happened to. */
function uninterrupted(steps = 12): Promise<Readonly<Record<string, number>>> {
  const known = references.get(steps);
  if (known) return known;
  const run = async (): Promise<Readonly<Record<string, number>>> => {
    const { launch, runToEnd, store } = await setUp();
    const runId = await launch({ trainer: { total_train_steps: steps } });
    await runToEnd(runId);
    return seriesOf(store, runId);
  };
  const reference = run();
  references.set(steps, reference);
  return reference;
}

describe('a resumed run', () => {
  test.each([
    ['in the middle of a rollout', 'generate', 400],
    ['in an optimizer step', 'trainStep', 20],
    ['while weights are published', 'publishWeights', 9],
  ] as const)('after a stop %s gives the series of an uninterrupted run', async (_, call, number) => {
    const { launch, start, resume, store } = await setUp();
    const runId = await launch();
    const halted = haltAt(call, number);
    const run = await start(runId, halted.bandit);
    await halted.arrived;
    run.command('stop');
    halted.letGo();
    expect(await run.ended).toMatchObject({ status: 'stopped' });
    const stopped = await store.get(runId);
    expect(stopped.status).toBe('stopped');
    expect((await store.checkpoints(runId))[0]?.step).toBe(stopped.step);

    expect(await resume(runId)).toMatchObject({ status: 'succeeded' });
    expect(await store.get(runId)).toMatchObject({ step: 12, attempt: 2 });
    expect(await seriesOf(store, runId)).toEqual(await uninterrupted());
  });

  test('after a stop in the warm start repeats it', async () => {
    const { launch, start, resume, store } = await setUp();
    const runId = await launch({ trainer: { total_train_steps: 2 } });
    const halted = haltAt('trainStep', 2);
    const run = await start(runId, halted.bandit);
    await halted.arrived;
    run.command('stop');
    expect(await run.ended).toMatchObject({ status: 'stopped' });
    expect(await store.checkpoints(runId)).toEqual([]);
    await resume(runId);
    expect(await seriesOf(store, runId)).toEqual(await uninterrupted(2));
  });

  test('passes over a damaged checkpoint and says so', async () => {
    const { launch, runToEnd, resume, start, store, env } = await setUp();
    const runId = await launch();
    const halted = haltAt('generate', 400);
    const run = await start(runId, halted.bandit);
    await halted.arrived;
    run.command('stop');
    await run.ended;
    const root = path.join(env.dataDir, 'checkpoints', `run-${runId}`);
    const newest =
      (await readdir(root))
        .filter((name) => /^step-/.test(name))
        .sort()
        .at(-1) ?? '';
    await appendFile(path.join(root, newest, 'service-state.json'), ' ');
    await resume(runId);
    expect(await messagesOf(store, runId)).toContainEqual(
      expect.stringMatching(new RegExp(`${newest} is passed over: service-state\\.json is damaged`)),
    );
    expect(await seriesOf(store, runId)).toEqual(await uninterrupted());
    await expect(runToEnd(runId)).rejects.toMatchObject({ code: 'conflict' });
  });

  test('must have steps left to do', async () => {
    const { launch, runToEnd, resume, store } = await setUp();
    const runId = await launch({ trainer: { total_train_steps: 3 } });
    await runToEnd(runId);
    const before = await seriesOf(store, runId);
    await expect(resume(runId)).rejects.toThrow('all of its steps are done');
    expect(await seriesOf(store, runId)).toEqual(before);
  });
});

describe('a paused run', () => {
  test('finishes its step, saves, waits, and goes on as if nothing had been', async () => {
    const { launch, start, store } = await setUp();
    const runId = await launch();
    const halted = haltAt('generate', 400);
    const run = await start(runId, halted.bandit);
    await halted.arrived;
    await store.command(runId, 'pause');
    await expect.poll(async () => (await store.get(runId)).status).toBe('pausing');
    halted.letGo();
    await expect.poll(async () => (await store.get(runId)).status).toBe('paused');
    const { step } = await store.get(runId);
    expect((await store.checkpoints(runId))[0]?.step).toBe(step);
    await store.command(runId, 'resume');
    expect(await run.ended).toMatchObject({ status: 'succeeded' });
    expect(await seriesOf(store, runId)).toEqual(await uninterrupted());
  });

  test('can be stopped', async () => {
    const { launch, start, store } = await setUp();
    const runId = await launch();
    const halted = haltAt('generate', 400);
    const run = await start(runId, halted.bandit);
    await halted.arrived;
    run.command('pause');
    halted.letGo();
    await expect.poll(async () => (await store.get(runId)).status).toBe('paused');
    await store.command(runId, 'stop');
    expect(await run.ended).toMatchObject({ status: 'stopped' });
    expect(await store.get(runId)).toMatchObject({ status: 'stopped', phase: null });
  });
});

describe('a service that is gone', () => {
  test('is opened again, and the run continues from its last checkpoint as a new attempt', async () => {
    const { launch, runToEnd, store } = await setUp();
    const runId = await launch();
    let isDead = false;
    const bandit = createBandit((call, count) => {
      if (call === 'open') isDead = false;
      if (call === 'trainStep' && count === 20) isDead = true;
      if (isDead) throw goneError();
    });
    expect(await runToEnd(runId, bandit)).toMatchObject({ status: 'succeeded' });
    expect((await store.attempts(runId)).map(({ startStep }) => startStep > 0)).toEqual([false, true]);
    expect(await seriesOf(store, runId)).toEqual(await uninterrupted());
  });

  test('again and again fails the run with what the service said', async () => {
    const { launch, runToEnd, store } = await setUp();
    const runId = await launch();
    const bandit = createBandit((call) => {
      if (call === 'trainStep') throw goneError();
    });
    expect(await runToEnd(runId, bandit)).toEqual({
      status: 'failed',
      reason: 'bandit: the service is gone',
    });
    expect(await store.attempts(runId)).toHaveLength(4);
    expect(await store.get(runId)).toMatchObject({ status: 'failed', reason: 'bandit: the service is gone' });
  });
});

describe('a service that is out', () => {
  const refused = (): ServiceError => new ServiceError('refused', 'bandit: nobody listens');
  const busy = (): ServiceError => new ServiceError('rejected', 'bandit: HTTP 503', { retryable: true });
  const quickly = { service_outage: { failures: 3, retry_pause: 0.05, max_retry_pause: 0.1 } };

  /** A bandit whose calls of one name fail from one number on, until told to be well. */
  function outageAt(name: Parameters<typeof haltAt>[0], number: number, error: () => ServiceError) {
    let isOut = false;
    let isOver = false;
    const bandit = createBandit((call, count) => {
      if (call === name && count >= number && !isOver) isOut = true;
      if (isOut && call === name) throw error();
    });
    const mend = (): void => {
      isOver = true;
      isOut = false;
    };
    return { bandit, mend };
  }

  test.each([
    { what: 'refuses connections while it samples', call: 'generate', number: 400, error: refused },
    { what: 'answers 503 while it samples', call: 'generate', number: 400, error: busy },
    { what: 'is gone for a moment in an optimizer step', call: 'trainStep', number: 20, error: refused },
    {
      what: 'is gone for a moment when weights are published',
      call: 'publishWeights',
      number: 9,
      error: refused,
    },
    { what: 'is not there yet when the run starts', call: 'open', number: 1, error: refused },
  ] as const)(
    '$what: the run waits, says so, and goes on as if nothing had been',
    async ({ call, number, error }) => {
      const { launch, start, store } = await setUp();
      const runId = await launch({ runtime_monitor: quickly });
      const { bandit, mend } = outageAt(call, number, error);
      const run = await start(runId, bandit);
      await expect.poll(async () => (await store.get(runId)).phase, { timeout: 30_000 }).toBe('waiting');
      expect((await store.get(runId)).reason).toMatch(
        /^Waiting for the (inference|training) service since \d\d:\d\d:\d\d UTC, next try in 1 s\. bandit: /,
      );
      mend();
      expect(await run.ended).toMatchObject({ status: 'succeeded' });
      expect(await store.get(runId)).toMatchObject({ attempt: 1, reason: null });
      expect(await seriesOf(store, runId)).toEqual(await uninterrupted());
    },
  );

  test.each(['generate', 'trainStep', 'open'] as const)(
    'a stop while it waits in %s ends the run at once',
    async (call) => {
      const { launch, start, store } = await setUp();
      const runId = await launch({
        runtime_monitor: { service_outage: { retry_pause: 3600, max_retry_pause: 3600 } },
      });
      const { bandit } = outageAt(call, 1, refused);
      const run = await start(runId, bandit);
      await expect.poll(async () => (await store.get(runId)).phase, { timeout: 30_000 }).toBe('waiting');
      run.command('stop');
      expect(await run.ended).toMatchObject({ status: 'stopped' });
      expect(await store.get(runId)).toMatchObject({ status: 'stopped', phase: null, reason: null });
    },
  );

  test('longer than max_wait fails the run with what the service said last', async () => {
    const { launch, runToEnd } = await setUp();
    const runId = await launch({
      runtime_monitor: { service_outage: { ...quickly.service_outage, max_wait: 0.1 } },
    });
    const { bandit } = outageAt('trainStep', 3, refused);
    expect((await runToEnd(runId, bandit)).reason).toMatch(
      /nobody listens; the training service has been out for \d+ s, longer than .*max_wait allows/,
    );
  });
});

describe('a broken evaluator', () => {
  const scorer = (body: string): string =>
    `export class DigitEvaluator { evaluate(data: { index: number; run_id: number }, target: { finalAnswer: string }) { ${body} } }`;

  test('that throws on all fails the run, naming the first error, and the rollouts are stored', async () => {
    const { launch, runToEnd, store, db } = await setUp();
    const runId = await launch({ validate: null }, scorer(`throw new TypeError('no dictionary');`));
    const end = await runToEnd(runId);
    expect(end.status).toBe('failed');
    expect(end.reason).toMatch(
      /17 of 32 rollouts at step 0 failed.*DigitEvaluator threw TypeError: no dictionary at evaluator\.ts:1/,
    );
    expect(await store.get(runId)).toMatchObject({ status: 'failed', reason: end.reason });
    const query = { runId, step: 0, validation: false, sort: 'order', limit: 100, offset: 0 } as const;
    const { rows } = await createTrajectoryStore(db).list(query);
    expect(rows.length).toBeGreaterThanOrEqual(17);
    expect(rows[0]?.error).toContain('no dictionary');
  });

  test('that returns NaN now and then costs those rollouts only', async () => {
    const { launch, runToEnd, store } = await setUp();
    const runId = await launch(
      { validate: null, trainer: { total_train_steps: 2 } },
      scorer(`return { reward: data.run_id === 3 ? NaN : Number(target.finalAnswer) / 10 };`),
    );
    expect(await runToEnd(runId)).toMatchObject({ status: 'succeeded' });
    const series = await seriesOf(store, runId);
    expect(series['rollout/failed@0']).toBe(8);
    expect(series['rollout/failed_share@1']).toBe(0.25);
    const messages = await messagesOf(store, runId);
    expect(messages.filter((message) => message.includes('reward NaN'))).toHaveLength(3);
    expect(messages).toContain('Step 0: 5 more rollouts failed; in all 8 × evaluator error.');
    expect(messages).toContain('Step 1: 8 more rollouts failed; in all 8 × evaluator error.');
  });

  test('that never returns for one prompt is cut there', async () => {
    const { launch, runToEnd, store } = await setUp();
    const runId = await launch(
      {
        validate: null,
        trainer: { total_train_steps: 1 },
        data: { shuffle: false },
        rollout_worker: { evaluator_timeout: 0.3 },
      },
      scorer(
        `while (data.index === 2 && data.run_id === 0) { /* forever */ } return { reward: Number(target.finalAnswer) };`,
      ),
    );
    expect(await runToEnd(runId)).toMatchObject({ status: 'succeeded' });
    const series = await seriesOf(store, runId);
    expect(series['rollout/failed@0']).toBe(1);
    expect(series['rollout/failed_evaluator_timeout@0']).toBe(1);
    expect(await messagesOf(store, runId)).toContainEqual(
      expect.stringMatching(
        /task-2, sample 0 failed \(evaluator timeout\): DigitEvaluator in .*evaluator\.ts did not return within its limit of 0\.3 s/,
      ),
    );
  });

  test.each([
    ['stop_on_error', 'failed', /A rollout at step 0 failed, and .*policy is stop_on_error: .*no dictionary/],
    ['stop_on_critical', 'failed', /more than rollout_worker\.max_failed_share/],
    ['continue', 'succeeded', null],
  ] as const)('ends the run, or not, as %s says', async (policy, status, reason) => {
    const { launch, runToEnd } = await setUp();
    const runId = await launch(
      {
        validate: null,
        trainer: { total_train_steps: 2 },
        runtime_monitor: { exception_handling: { policy } },
      },
      scorer(`throw new TypeError('no dictionary');`),
    );
    const end = await runToEnd(runId);
    expect(end.status).toBe(status);
    if (reason === null) expect(end.reason).toBeNull();
    else expect(end.reason).toMatch(reason);
  });

  test('that does not compile fails the run before it starts', async () => {
    const { launch, runToEnd } = await setUp();
    const end = await runToEnd(await launch({}, 'export class DigitEvaluator {'));
    expect(end.reason).toMatch(/evaluator\.ts does not compile/);
  });
});

test('a missing data file fails the run with where it was looked for', async () => {
  const { launch, runToEnd } = await setUp();
  const end = await runToEnd(await launch({ data: { data_files: ['nowhere.parquet'] } }));
  expect(end.reason).toMatch(/data\.data_files names nowhere\.parquet.*digits\/nowhere\.parquet/);
});

test("the seed's local testing config runs as written: a mock worker, and no service", async () => {
  const { launch, store, startWith } = await setUp();
  const runId = await launch({
    launch_mode: 'local',
    data: { data_files: ['train.parquet'], batch_size: 4 },
    rollout_worker: { num_workers: 2, type: 'mock', evaluator_module_path: null },
    trainer: { type: 'self_hosted_grpo', total_train_steps: 5, save_freq: 0, warm_start: null },
    service: null,
    validate: null,
  });
  const { ended } = await startWith(runId, null);
  expect(await ended).toEqual({ status: 'succeeded', reason: null });
  const series = await seriesOf(store, runId);
  expect(series['rollout/reward_mean@4']).toBeGreaterThanOrEqual(0);
  expect((await store.get(runId)).step).toBe(5);
});

test('a dumped step is what the mock worker replays', async () => {
  const { launch, runToEnd, startWith, store, env } = await setUp();
  const debug = { enable_data_dump: true, dump_every_n_steps: 2, dump_options: { trajectory: true } };
  const first = await launch({ validate: null, trainer: { total_train_steps: 3 }, debug });
  await runToEnd(first);
  const dump = path.join(env.dataDir, 'runs', String(first), 'debug_dump/trajectory');
  expect((await readdir(dump)).toSorted()).toEqual(['step_000000.jsonl', 'step_000002.jsonl']);

  const second = await launch({
    validate: null,
    trainer: { type: 'self_hosted_grpo', total_train_steps: 1, save_freq: 0, warm_start: null },
    rollout_worker: { type: 'mock', trajectory_load_path: path.join(dump, 'step_000000.jsonl') },
    service: null,
  });
  const { ended } = await startWith(second, null);
  expect(await ended).toMatchObject({ reason: null, status: 'succeeded' });
  const [then, now] = [await seriesOf(store, first), await seriesOf(store, second)];
  for (const key of ['rollout/reward_mean@0', 'critic/advantage_std@0', 'response_length/mean@0']) {
    expect(now[key], key).toBe(then[key]);
  }
});

test('a dump that cannot be read fails the run and names the line', async () => {
  const { launch, runToEnd, env } = await setUp();
  const file = path.join(env.recipesDir, 'broken.jsonl');
  await appendFile(file, '{"trajectories": []}\n{"trajectories": [{"tokens": "none"}]}\n');
  const end = await runToEnd(await launch({ rollout_worker: { type: 'mock', trajectory_load_path: file } }));
  expect(end.reason).toMatch(/trajectory_load_path names .*broken\.jsonl, which cannot be read at line 2/);
});
