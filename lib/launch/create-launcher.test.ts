import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import type { Env } from '@/lib/env';
import { isFinished, type Run } from '@/lib/domain/run';
import { isProcessAlive } from '@/lib/run-store/is-process-alive';
import type { RunStore } from '@/lib/run-store/run-store';
import { bundledRoot } from '@/lib/testing/process-bundles';
import { launchPlace } from '@/lib/testing/launch-place';
import { createLauncher } from './create-launcher';
import type { Launcher, Preflight, PreflightCheck } from './launch';

// The shipped recipe, real processes, a model too small to learn.

const ENTRY = 'pig_latin/embedded.yaml';
const TINY = [
  'trainer.total_train_steps=3',
  'data.batch_size=4',
  'data.rollout_repeat_n=2',
  '++trainer.warm_start.max_updates=2',
  '++trainer.warm_start.check_samples=8',
  'validate.validate_before_train=false',
  'validate.eval.validate_freq=0',
  'service.embedded_service.model.width=16',
  'service.embedded_service.model.layers=1',
  'service.embedded_service.model.heads=2',
  '+service.embedded_service.threads=1',
];

const root = bundledRoot();
let env: Env;
let runStore: RunStore;
let launcher: Launcher;

beforeEach(async () => {
  ({ env, runStore, launcher } = await launchPlace(root()));
});

/** The run as it ended, its process gone. */
async function ended(run: Run): Promise<Run> {
  const isOver = async (): Promise<boolean> =>
    isFinished((await runStore.get(run.id)).status) && !(await isProcessThere(run));
  await expect.poll(isOver, { timeout: 90_000, interval: 50 }).toBe(true);
  return runStore.get(run.id);
}

async function isProcessThere(run: Run): Promise<boolean> {
  const pid = (await runStore.attempts(run.id)).at(-1)?.pid;
  return pid !== undefined && isProcessAlive(pid);
}

const request = (...overrides: readonly string[]) => ({
  entry: ENTRY,
  overrides: [...TINY, ...overrides],
  idempotencyKey: 'a click',
});

async function failedCheck(...overrides: readonly string[]): Promise<PreflightCheck | undefined> {
  const preflight: Preflight = await launcher.preflight(request(...overrides));
  expect(preflight.ok).toBe(false);
  return preflight.checks.find(({ status }) => status === 'failed');
}

test('a double click launches one run, which goes its way in a process of its own', async () => {
  const [first, second] = await Promise.all([launcher.launch(request()), launcher.launch(request())]);
  expect(second.id).toBe(first.id);
  expect(await ended(first)).toMatchObject({ reason: null, status: 'succeeded', step: 3, attempt: 1 });
  expect((await runStore.list()).total).toBe(1);

  const again = await launcher.launch(request());
  expect(again).toMatchObject({ id: first.id, status: 'succeeded' });
  expect(await runStore.attempts(first.id)).toHaveLength(1);
}, 120_000);

test('a run keeps what it was launched with, whatever becomes of the recipe', async () => {
  const text = await readFile(path.join(env.recipesDir, ENTRY), 'utf8');
  const run = await launcher.launch({ ...request('data.seed=7'), name: 'kept' });
  await writeFile(path.join(env.recipesDir, ENTRY), 'gone: true\n');
  const snapshot = await runStore.snapshot(run.id);
  expect(run).toMatchObject({
    name: 'kept',
    recipe: 'pig_latin',
    variant: 'embedded',
    seed: 7,
    totalSteps: 3,
  });
  expect(snapshot.files[ENTRY]).toBe(text);
  expect(Object.keys(snapshot.files)).toContain('pig_latin/common.yaml');
  expect(snapshot.composedYaml).toContain('seed: 7');
  expect(snapshot.resolved).toMatchObject({ data: { seed: 7 } });
  await ended(run);
}, 120_000);

test('a run is resumed in a new process, even while its old one is still ending', async () => {
  const run = await launcher.launch(request('trainer.total_train_steps=5000'));
  const until = (is: (status: Run['status']) => boolean): Promise<void> =>
    expect
      .poll(async () => is((await runStore.get(run.id)).status), { timeout: 90_000, interval: 5 })
      .toBe(true);
  await until((status) => status === 'running');
  await runStore.command(run.id, 'stop');
  await until(isFinished);
  await launcher.resume(run.id);
  await until((status) => status === 'running');
  await runStore.command(run.id, 'stop');
  expect(await ended(run)).toMatchObject({ status: 'stopped', attempt: 2 });
}, 120_000);

test('a run that has done all of its steps is not resumed', async () => {
  const run = await launcher.launch(request());
  await ended(run);
  await expect(launcher.resume(run.id)).rejects.toThrow('all of its steps are done');
}, 120_000);

test('a recipe that is well passes every check', async () => {
  const { ok, checks, totalSteps } = await launcher.preflight(request());
  expect(checks.filter(({ status }) => status === 'failed')).toEqual([]);
  expect({ ok, totalSteps }).toEqual({ ok: true, totalSteps: 3 });
});

test('a time limit that is no whole number of milliseconds is a limit like any other', async () => {
  const { checks } = await launcher.preflight(request('++rollout_worker.evaluator_timeout=1.0004'));
  expect(checks.find(({ id }) => id === 'evaluator')).toMatchObject({ status: 'passed' });
});

test.each([
  ['an unknown key', ['data.sede=1'], 'composition', /sede/],
  ['a value of the wrong kind', ['data.batch_size=many'], 'config', /data\.batch_size.*number/],
  ['a missing file', ['data.data_files=[nowhere.parquet]'], 'data', /no such file.*Looked at/],
  ['a missing column', ['data.prompt_key=promt'], 'data', /"promt".*It has: /],
  ['a missing answer column', ['trainer.warm_start.answer_key=anser'], 'data', /answer_key.*"anser"/],
  ['a batch that is never full', ['data.batch_size=100000'], 'data', /only \d+ rows/],
  ['a missing held-out file', ['validate.data.data_files=[x.parquet]'], 'validation_data', /x\.parquet/],
  ['a missing evaluator', ['rollout_worker.evaluator_module_path=no.ts:A'], 'evaluator', /no such file/],
  [
    'a class that is not there',
    ['rollout_worker.evaluator_module_path=agent_workspace/evaluator.ts:Nobody'],
    'evaluator',
    /Nobody/,
  ],
  [
    'an evaluator without a class',
    ['rollout_worker.evaluator_module_path=evaluator.ts'],
    'config',
    /file and a class/,
  ],
  ['services that do not belong together', ['service.inference_service.backend=tinker'], 'config', /tinker/],
] as const)('%s is found before the launch, and stores nothing', async (...wrong) => {
  const [, overrides, id, detail] = wrong;
  const check = await failedCheck(...overrides);
  expect(check?.id).toBe(id);
  expect(check?.detail).toMatch(detail);
  await expect(launcher.launch(request(...overrides))).rejects.toThrow(detail);
  expect((await runStore.list()).total).toBe(0);
});

test.each([
  ['throws', `throw new Error('no dictionary');`, /no dictionary/],
  ['returns NaN', `return { reward: NaN };`, /NaN/],
  ['never returns', `for (;;) {}`, /0\.5/],
  ['does not compile', `return {`, /does not compile/],
] as const)('an evaluator that %s on the first row is found before the launch', async (_, body, detail) => {
  const file = path.join(env.recipesDir, 'pig_latin/agent_workspace/broken.ts');
  await writeFile(file, `export class Broken { evaluate() { ${body} } }\n`);
  const check = await failedCheck(
    'rollout_worker.evaluator_module_path=agent_workspace/broken.ts:Broken',
    '++rollout_worker.evaluator_timeout=0.5',
  );
  expect(check?.id).toBe('evaluator');
  expect(check?.detail).toMatch(detail);
});

test('a data folder that cannot be written is named with what to do', async () => {
  const file = path.join(env.recipesDir, 'file');
  await writeFile(file, '');
  const elsewhere = createLauncher({ env: { ...env, dataDir: path.join(file, 'data') }, runStore });
  const { checks } = await elsewhere.preflight(request());
  const storage = checks.find(({ id }) => id === 'storage');
  expect(storage?.status).toBe('failed');
  expect(storage?.detail).toMatch(/cannot be written.*GALLEY_DATA_DIR/);
});

test('a layer that does not exist is refused', async () => {
  await expect(launcher.launch({ ...request(), entry: 'pig_latin/absent.yaml' })).rejects.toThrow(/no layer/);
});
