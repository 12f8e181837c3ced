import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { compose } from '@/lib/recipes/compose';
import { plainValue } from '@/lib/recipes/plain-value';
import { banditRuns, haltAt } from '@/lib/testing/bandit-runs';
import { messagesOf, seriesOf, valuesOf } from '@/lib/testing/orchestrated-run';
import { trainedRows } from '@/lib/testing/trained-rows';

// several processes and whole runs per test
vi.setConfig({ testTimeout: 120_000 });

const setUp = banditRuns();

const STAGED = {
  trainer: { total_train_steps: 10, warm_start: null },
  validate: null,
  stages: [
    { name: 'easy', steps: 6, data: { data_files: ['test.parquet'], batch_size: 3 } },
    { name: 'hard', steps: 4 },
  ],
};

describe('a staged run', () => {
  test('trains each stage on its own data, and weights go on', async () => {
    const { launch, runToEnd, store, db } = await setUp();
    const runId = await launch(STAGED);
    expect(await runToEnd(runId)).toEqual({ status: 'succeeded', reason: null });
    const series = await seriesOf(store, runId);
    expect(valuesOf(series, 'progress/stage')).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2]);
    expect(valuesOf(series, 'training/batch_size')).toEqual([12, 12, 12, 12, 12, 12, 32, 32, 32, 32]);
    expect(valuesOf(series, 'training/weight_version')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // each stage begins its data anew: 6 steps of 3 are three passes over 6 rows
    expect(valuesOf(series, 'data/epoch')).toEqual([0, 0, 1, 1, 2, 2, 0, 0, 0, 1]);
    const easy = await trainedRows(db, runId, 6);
    expect([easy.size, new Set(easy.values())]).toEqual([6, new Set([3])]);
    const messages = await messagesOf(store, runId);
    expect(messages).toContain('stage 1 of 2, easy: steps 0 to 5.');
    expect(messages).toContain('stage 2 of 2, hard: steps 6 to 9.');
  });

  test.each(['sync', 'fully-async'])('in %s resumes within its second stage', async (mode) => {
    const { launch, start, resume, store } = await setUp();
    const runId = await launch({ ...STAGED, weight: { sync_mode: mode } });
    const halted = haltAt('trainStep', 14);
    const run = await start(runId, halted.bandit);
    await halted.arrived;
    run.command('stop');
    halted.letGo();
    expect(await run.ended).toMatchObject({ status: 'stopped' });
    expect(await resume(runId)).toMatchObject({ status: 'succeeded' });
    const series = await seriesOf(store, runId);
    expect(valuesOf(series, 'progress/stage')).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2]);
  });

  test('names no files itself when all of its stages do, and stages over one file read it once', async () => {
    const { launch, runToEnd, store } = await setUp();
    const data = { data_files: ['test.parquet'], filter_prompts: true };
    const stages = ['one', 'two'].map((name) => ({ name, steps: 1, data }));
    const trainer = { total_train_steps: 2, warm_start: null };
    const runId = await launch({
      data: { data_files: null, batch_size: 2 },
      trainer,
      validate: null,
      stages,
    });
    expect(await runToEnd(runId)).toEqual({ status: 'succeeded', reason: null });
    const filtered = (await messagesOf(store, runId)).filter((line) => line.includes('filter_prompts'));
    expect(filtered).toHaveLength(1);
  });

  test('does not begin when its stages do not add up', async () => {
    const { launch, runToEnd } = await setUp();
    const end = await runToEnd(await launch({ ...STAGED, trainer: { total_train_steps: 12 } }));
    expect(end.reason).toMatch(/stages have 10 steps together, and the run has 12/);
  });
});

// the guide's example, word for word
const EASY = `# Stage 1: Easy examples
data:
  data_files:
    - "\${NEXRL_DATA_PATH}/my_task/easy.parquet"

trainer:
  total_train_steps: 100

# Stage 2: Hard examples
# (create separate config for hard examples)
`;

describe('a run that begins from the checkpoint of another', () => {
  test("is the second stage of the guide's example: easy tasks, then hard ones in a config of its own", async () => {
    const { launch, runToEnd, store, env } = await setUp();
    const digits = path.join(env.recipesDir, 'digits');
    await mkdir(path.join(digits, 'my_task'));
    await copyFile(path.join(digits, 'test.parquet'), path.join(digits, 'my_task/easy.parquet'));
    const { data, trainer } = composed(EASY, digits);
    const first = await launch({
      data: { ...data, batch_size: 2 },
      trainer: { ...trainer, warm_start: null },
      validate: null,
    });
    expect(await runToEnd(first)).toMatchObject({ status: 'succeeded' });

    const second = await launch({
      trainer: { total_train_steps: 103, warm_start: { max_updates: 5 } },
      validate: null,
      resume: {
        mode: 'from_path',
        resume_path: `checkpoints/run-${first}/step-100`,
        resume_dataloader: false,
      },
    });
    expect(await runToEnd(second)).toMatchObject({ status: 'succeeded' });
    const series = await seriesOf(store, second);
    // steps, weights and the warm start go on, the data begin anew
    const trained = (await seriesOf(store, first))['training/weight_version@99'] ?? NaN;
    expect(series['training/weight_version@100']).toBeGreaterThanOrEqual(trained);
    expect(valuesOf(series, 'rollout/reward_mean')).toHaveLength(3);
    expect(series['data/epoch@100']).toBe(0);
    expect(series['warm_start/loss@0']).toBeUndefined();
    expect(await messagesOf(store, second)).toContainEqual(
      expect.stringMatching(
        /Beginning at step 100 from .*step-100: weights and optimizer go on, the data begin anew/,
      ),
    );
    expect((await store.get(second)).step).toBe(103);
  });

  test('goes on from its own checkpoint once it has one', async () => {
    const { launch, runToEnd, start, resume, store } = await setUp();
    const plain = { trainer: { total_train_steps: 4, warm_start: null }, validate: null };
    const first = await launch(plain);
    await runToEnd(first);
    const second = await launch({
      ...plain,
      trainer: { ...plain.trainer, total_train_steps: 9 },
      resume: { mode: 'from_path', resume_path: `checkpoints/run-${first}/step-4` },
    });
    const halted = haltAt('trainStep', 7);
    const run = await start(second, halted.bandit);
    await halted.arrived;
    run.command('stop');
    halted.letGo();
    await run.ended;
    expect(await resume(second)).toMatchObject({ status: 'succeeded' });
    const series = await seriesOf(store, second);
    expect(valuesOf(series, 'training/weight_version')).toEqual([4, 5, 6, 7, 8]);
    // 24 rows are three batches of 8: the data went on at the fourth step
    expect(valuesOf(series, 'data/epoch')).toEqual([1, 1, 2, 2, 2]);
  });

  test('says what is wrong with the path, and with the number of steps', async () => {
    const { launch, runToEnd } = await setUp();
    const from = (resume_path: string) => ({ resume: { mode: 'from_path', resume_path } });
    const nowhere = await runToEnd(await launch(from('checkpoints/run-99/step-1')));
    expect(nowhere.reason).toMatch(/resume\.resume_path names no checkpoint .*run-99/);
    const first = await launch({ trainer: { total_train_steps: 2, warm_start: null }, validate: null });
    await runToEnd(first);
    const over = await runToEnd(
      await launch({ trainer: { total_train_steps: 2 }, ...from(`checkpoints/run-${first}/step-2`) }),
    );
    expect(over.reason).toMatch(/is of step 2, and trainer\.total_train_steps is 2: no step is left/);
  });
});

const Fragment = z.object({ data: z.looseObject({}), trainer: z.looseObject({}) });

/** The guide's fragment over a layer that says where the data lie. */
function composed(text: string, dataPath: string): z.infer<typeof Fragment> {
  const files = {
    'common.yaml': 'NEXRL_DATA_PATH: ${oc.env:NEXRL_DATA_PATH}\n',
    'easy.yaml': `defaults: [common, _self_]\n${text}`,
  };
  const { resolved, diagnostics } = compose({
    files,
    entry: 'easy.yaml',
    env: { NEXRL_DATA_PATH: dataPath },
  });
  expect(diagnostics).toEqual([]);
  return Fragment.parse(resolved === null ? null : plainValue(resolved));
}
