import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { Database } from '@/lib/db/open-database';
import { type Env, readEnv } from '@/lib/env';
import type { Run, RunStatus } from '@/lib/domain/run';
import type { Launcher } from '@/lib/launch/launch';
import { createMetricStore } from '@/lib/metrics/create-metric-store';
import { claimRun } from '@/lib/run-store/claim-run';
import { createRunTable } from '@/lib/run-table/create-run-table';
import { createRunStore } from '@/lib/run-store/create-run-store';
import { openRunWriter } from '@/lib/run-store/open-run-writer';
import type { RunStore } from '@/lib/run-store/run-store';
import { aNewRun } from '@/lib/testing/builders';
import { matching } from '@/lib/testing/matching';
import { testDatabase, testWriterWorker } from '@/lib/testing/test-database';
import { createTrajectoryStore } from '@/lib/trajectories/create-trajectory-store';
import type { CliIo } from './cli-io';
import { runCli } from './run-cli';

let db: Database;
let url: string;
let env: Env;
let runStore: RunStore;

beforeEach(async () => {
  const database = await testDatabase();
  ({ db, url } = database);
  env = readEnv({ GALLEY_ROOT: database.folder });
  runStore = createRunStore(db);
  await mkdir(path.join(env.recipesDir, 'math'), { recursive: true });
  await writeFile(path.join(env.recipesDir, 'math/embedded.yaml'), 'seed: 1\nrate: 1.0\ntwice: ${seed}\n');
});

type Said = { readonly code: number; readonly out: string; readonly err: string };
type Setting = { readonly launcher?: Partial<Launcher>; readonly interrupts?: (press: () => void) => void };

const noLauncher: Launcher = {
  preflight: () => Promise.reject(new Error('not expected')),
  launch: () => Promise.reject(new Error('not expected')),
  resume: () => Promise.reject(new Error('not expected')),
};

/** Runs a command against the real store; only launching is stood in for. */
async function galley(args: readonly string[], { launcher = {}, interrupts }: Setting = {}): Promise<Said> {
  const out: string[] = [];
  const err: string[] = [];
  const io: CliIo = {
    cwd: env.root,
    isTerminal: false,
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    readSecret: () => Promise.resolve('typed'),
    onInterrupt: (listener) => {
      interrupts?.(listener);
      return () => undefined;
    },
  };
  const session = {
    runStore,
    metrics: createMetricStore(db),
    trajectories: createTrajectoryStore(db),
    runTable: createRunTable(db),
    launcher: { ...noLauncher, ...launcher },
    close: () => Promise.resolve(),
  };
  const code = await runCli({ io, env, open: () => Promise.resolve(session) }, ['node', 'galley', ...args]);
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** Does what a run process does: takes the run and writes rewards, then ends as told. */
async function live(
  run: Run,
  { rewards, end }: { readonly rewards: readonly number[]; readonly end: RunStatus },
) {
  const { attempt } = await claimRun(db, { runId: run.id });
  const writer = await openRunWriter({ databaseUrl: url, attempt, workerUrl: testWriterWorker() });
  writer.status('running', null);
  rewards.forEach((reward, step) => {
    writer.append({ kind: 'metrics', step, values: { 'rollout/reward_mean': reward } });
    writer.progress({ step: step + 1, phase: 'rollout', trainSeconds: step + 1 });
  });
  if (end === 'stopped') writer.status('stopping', null);
  writer.status(end, end === 'failed' ? 'the evaluator broke' : null);
  await writer.close();
}

function launching(rewards: readonly number[], end: RunStatus): Partial<Launcher> {
  return {
    launch: async ({ overrides }) => {
      const run = await runStore.create(aNewRun({ totalSteps: rewards.length, name: overrides.join(' ') }));
      void live(run, { rewards, end });
      return run;
    },
  };
}

test('run prints one JSON object with means over the first, last and best nine steps', async () => {
  const rewards = Array.from({ length: 20 }, (_, step) => (step < 15 ? step / 20 : 0));
  const { code, out } = await galley(['run', 'math/embedded.yaml', '--json'], {
    launcher: launching(rewards, 'succeeded'),
  });
  expect(code).toBe(0);
  const summary: unknown = JSON.parse(out);
  const meanOf = (from: number): number => rewards.slice(from, from + 9).reduce((a, b) => a + b, 0) / 9;
  expect(summary).toMatchObject({ id: 1, status: 'succeeded', steps: 20, seconds: 20 });
  expect(summary).toMatchObject({ validation: { before: null, after: null } });
  const { reward } = z.object({ reward: z.record(z.string(), z.number()) }).parse(summary);
  expect(reward.first).toBeCloseTo(meanOf(0), 12);
  expect(reward.last).toBeCloseTo(meanOf(11), 12);
  expect(reward.best).toBeCloseTo(meanOf(6), 12);
});

test('overrides reach the launch, and progress goes to standard error', async () => {
  const { code, out, err } = await galley(['run', 'math/embedded', 'a.b=1', '~c', '+d=x y'], {
    launcher: launching([0.5, 0.75], 'succeeded'),
  });
  expect(code).toBe(0);
  expect((await runStore.list()).runs[0]?.name).toBe('a.b=1 ~c +d=x y');
  expect(err).toContain('step 2/2 · reward 0.750');
  expect(out).toContain('Run 1 succeeded at step 2 of 2');
});

test('a failed run exits with 1 and says why, a stopped one with 3', async () => {
  const failed = await galley(['run', 'math/embedded'], { launcher: launching([0.5], 'failed') });
  expect(failed).toMatchObject({ code: 1 });
  expect(failed.err).toContain('the evaluator broke');
  const stopped = await galley(['run', 'math/embedded', '--json'], { launcher: launching([0.5], 'stopped') });
  expect(stopped.code).toBe(3);
});

test('the first Ctrl-C asks the run to stop, the second leaves it alone', async () => {
  const commands: string[] = [];
  const launcher: Partial<Launcher> = { launch: () => runStore.create(aNewRun()) };
  let press = (): void => undefined;
  runStore = { ...runStore, command: (id, kind) => Promise.resolve(void commands.push(`${kind} ${id}`)) };
  const ended = galley(['run', 'math/embedded', '--json'], {
    launcher,
    interrupts: (listener) => {
      press = listener;
      listener();
      listener();
    },
  });
  expect((await ended).code).toBe(0);
  expect(commands).toEqual(['stop 1']);
  expect((await runStore.list()).runs[0]?.status).toBe('queued');
  press();
});

test('stop ends a run that no process has taken, stop --all ends every one', async () => {
  await runStore.create(aNewRun());
  await runStore.create(aNewRun());
  await runStore.create(aNewRun());
  expect(await galley(['stop', '2', '--json'])).toMatchObject({
    code: 0,
    out: JSON.stringify([{ id: 2, status: 'stopped', step: 0 }]),
  });
  const all = await galley(['stop', '--all']);
  expect(all.out.split('\n').toSorted()).toEqual([
    'Run 1: stopped at step 0 of 100',
    'Run 3: stopped at step 0 of 100',
  ]);
});

test('stop of a run that ends by itself at that moment has done what was asked', async () => {
  await runStore.create(aNewRun());
  const real = runStore;
  runStore = {
    ...real,
    command: async (id, kind) => {
      await real.transition(id, 'stopped', null);
      await real.command(id, kind);
    },
  };
  const { code, out } = await galley(['stop', '--all']);
  expect({ code, out }).toEqual({ code: 0, out: 'Run 1: stopped at step 0 of 100' });
});

test('runs lists the newest first, and logs prints what a run said', async () => {
  const run = await runStore.create(aNewRun({ name: 'older' }));
  await live(run, { rewards: [1], end: 'succeeded' });
  await runStore.create(aNewRun({ name: 'newer' }));
  const { out } = await galley(['runs']);
  expect(out.split('\n').map((line) => line.split(/\s+/).at(-1))).toEqual(['name', 'newer', 'older']);
  const json: unknown = JSON.parse((await galley(['runs', '--json', '--limit', '1'])).out);
  expect(json).toMatchObject([{ id: 2, name: 'newer', status: 'queued' }]);
  expect((await galley(['runs', 'newer'])).out).not.toContain('older');
  expect((await galley(['runs', 'status:gone'])).err).toContain('status:gone is none of');
  expect((await galley(['runs', '--sort', 'name', '--columns', 'data.seed'])).out).toMatch(
    /data\.seed +name\n2 .*newer\n1 /,
  );
  expect((await galley(['runs', '--group-by', 'recipe'])).out).toMatch(
    /recipe +runs +mean +s\.d\.\npig_latin +2 \(1 measured\) +1\.00 +–/,
  );
  expect((await galley(['logs', '1', '--follow'])).code).toBe(0);
});

test('health says what is wrong with a run and exits with 1 when it is severe, until it is muted', async () => {
  await galley(['run', 'math/embedded'], { launcher: launching([0.5, NaN, 0.5], 'succeeded') });
  const sick = await galley(['health', '1']);
  expect(sick.code).toBe(1);
  expect(sick.out).toContain('error not-finite: A loss, gradient or reward is not a number, since step 1');
  expect(sick.out).toContain('rollout/reward_mean  NaN (steps 1–1)');
  const { out } = await galley(['health', '1', '--json']);
  expect(JSON.parse(out)).toMatchObject({ current: [{ evidence: [{ now: { value: 'NaN' } }] }], muted: [] });
  const muted = await galley(['health', '1', '--mute', 'not-finite']);
  expect(muted).toMatchObject({ code: 0, out: matching(/^Nothing is wrong\. .*\n1 muted\.$/) });
  expect(await galley(['health', '1', '--unmute', 'not-finite'])).toMatchObject({ code: 1 });
  expect(await galley(['health', '9'])).toMatchObject({ code: 4 });
});

test('compose prints the merged YAML, resolved on request, and JSON with diagnostics', async () => {
  expect(await galley(['compose', 'math/embedded.yaml'])).toMatchObject({
    code: 0,
    out: 'seed: 1\nrate: 1.0\ntwice: ${seed}',
  });
  expect((await galley(['compose', 'math/embedded', 'seed=7', '--resolve'])).out).toBe(
    'seed: 7\nrate: 1.0\ntwice: 7',
  );
  const json: unknown = JSON.parse((await galley(['compose', 'math/embedded', '--resolve', '--json'])).out);
  expect(json).toEqual({
    entry: 'math/embedded.yaml',
    config: { seed: 1, rate: 1, twice: 1 },
    diagnostics: [],
  });
});

test('a layer that does not compose is shown with its place, in words and in JSON', async () => {
  await writeFile(path.join(env.recipesDir, 'math/embedded.yaml'), 'seed: 1\nbad: ${absent}\n');
  const { code, err, out } = await galley(['compose', 'math/embedded', '--resolve', '--json']);
  expect(code).toBe(2);
  expect(err).toMatch(/^recipes\/math\/embedded\.yaml:2:\d+: error: /);
  expect(err).toContain('   2 | bad: ${absent}');
  const said: unknown = JSON.parse(out);
  expect(said).toMatchObject({ diagnostics: [{ severity: 'error', file: 'math/embedded.yaml', line: 2 }] });
});

const SMALL = `defaults: [_self_]
data:
  data_files: train.jsonl
  rollout_repeat_n: 8
  max_prompt_length: 16
  max_response_length: 8
rollout_worker: {type: simple, num_workers: 8, evaluator_module_path: 'a.ts:A'}
trainer: {type: embedded_grpo, total_train_steps: 3}
service:
  inference_service: {backend: embedded}
  train_service: {main: {backend: embedded, config: {learning_rate: 1.0e-3}}}
`;

test('check answers like a compiler: 0 for what can be launched, 1 with places, rules and fixes for what cannot', async () => {
  const file = path.join(env.recipesDir, 'math/small.yaml');
  await writeFile(file, SMALL);
  const well = await galley(['check', 'math/small.yaml']);
  expect(well).toMatchObject({ code: 0, err: '' });
  expect(well.out).toMatch(/^0 errors, 0 warnings, \d+ notes?; \d+ checks passed$/m);

  await writeFile(
    file,
    SMALL.replace('backend: embedded, ', 'backend: tinker, ').replace('repeat_n: 8', 'repeat_n: 1'),
  );
  const ill = await galley(['check', 'math/small.yaml']);
  expect(ill.code).toBe(1);
  expect(ill.out).toMatch(/^recipes\/math\/small\.yaml:11:\d+: error: .*it is tinker\. \[backends-agree\]$/m);
  expect(ill.out).toContain('  fix: Use embedded');
  expect(ill.out).toMatch(/small\.yaml:4:21: warning: .* \[group-has-signal\]$/m);
  expect(ill.out).toMatch(/^1 error, 1 warning, /m);

  const { code, out } = await galley(['check', 'math/small.yaml', 'data.rollout_repeat_n=4', '--json']);
  expect(code).toBe(1);
  const report: unknown = JSON.parse(out);
  expect(report).toMatchObject({ entry: 'math/small.yaml', ok: false, errors: 1, warnings: 0 });
  const { findings } = z.object({ findings: z.array(z.unknown()) }).parse(report);
  expect(findings[0]).toMatchObject({
    code: 'backends-agree',
    severity: 'error',
    fix: 'Use embedded',
    file: 'math/small.yaml',
    line: 11,
  });

  // compose prints what composes, as Hydra does, and leaves the verdict to check
  expect(await galley(['compose', 'math/small.yaml'])).toMatchObject({ code: 0 });
});

test("the reference framework's command line checks, and launches with --run-nexrl", async () => {
  await writeFile(path.join(env.recipesDir, 'math/small.yaml'), SMALL);
  const asked: unknown[] = [];
  const launcher: Partial<Launcher> = {
    preflight: (request) => {
      asked.push(request);
      const plan = { id: 'plan', title: 'Plan', status: 'passed', detail: '3 steps.', path: null } as const;
      return Promise.resolve({ ok: true, checks: [plan], diagnostics: [], totalSteps: 3 });
    },
    launch: (request) => {
      asked.push(request);
      return runStore.create(aNewRun({ name: request.name ?? '' }));
    },
  };
  const typed = ['-m', 'embedded', '-c', 'recipe/math/small.yaml', '-t', 'first'];
  const checked = await galley(typed, { launcher });
  expect(checked.code).toBe(0);
  expect(checked.out).toContain('ok    Plan: 3 steps.');
  expect(checked.err).toContain('Add --run-nexrl');
  expect(asked).toMatchObject([{ entry: 'math/small.yaml', overrides: [] }]);

  await galley([...typed, '--run-nexrl'], {
    launcher,
    interrupts: (press) => {
      press();
      press();
    },
  });
  expect(asked[1]).toMatchObject({ entry: 'math/small.yaml', name: 'math small-first' });

  const other = await galley(['-m', 'tinker', '--train-config=recipes/math/small.yaml'], { launcher });
  expect(other).toMatchObject({ code: 2, out: '' });
  expect(other.err).toMatch(/is for the embedded backend.*Say -m embedded/);
  const remote = await galley(['-m', 'tinker', '-c', 'math/small.yaml', '--inference-url', 'gpu:1']);
  expect(remote.err).toContain('--inference-url is for -m self-hosted');
  expect((await galley(['-m', 'cloud', '-c', 'math/small.yaml'])).err).toContain('--mode cannot be "cloud"');
  expect((await galley(['-m', 'tinker'])).err).toContain('needs -c, --config <file>, and it is missing');
});

test('check of a recipe checks all of its variants, each under its name', async () => {
  await writeFile(path.join(env.recipesDir, 'math/small.yaml'), SMALL);
  await writeFile(
    path.join(env.recipesDir, 'math/wrong.yaml'),
    SMALL.replace('repeat_n: 8', 'repeat_n: many'),
  );
  const all = await galley(['check', 'math']);
  expect(all.code).toBe(1);
  expect(all.out).toMatch(/^math\/small\.yaml: 0 errors, /m);
  expect(all.out).toMatch(/^math\/wrong\.yaml: [1-9]\d* errors?, /m);
  const { out } = await galley(['check', 'math', '--json']);
  const report: unknown = JSON.parse(out);
  expect(report).toMatchObject({
    ok: false,
    checked: [
      { entry: 'math/small.yaml', ok: true },
      { entry: 'math/wrong.yaml', ok: false },
    ],
  });
});

test('check fails on a layer that does not compose, and says what a shared layer was not asked', async () => {
  await writeFile(path.join(env.recipesDir, 'math/broken.yaml'), 'defaults: [_self_]\na: ${absent}\n');
  const broken = await galley(['check', 'math/broken.yaml']);
  expect(broken.code).toBe(1);
  expect(broken.out).toMatch(/broken\.yaml:2:\d+: error: .* \[interp_key\]/);
  const shared = await galley(['check', 'math/embedded.yaml']);
  expect(shared).toMatchObject({ code: 0 });
  expect(shared.out).toContain('only its composition was checked');
  expect((await galley(['check', 'math/absent.yaml'])).code).toBe(4);
});

test.each([
  [['fly'], 2, /There is no command galley fly\./],
  [['run'], 2, /galley run needs <entry>/],
  [['stop'], 2, /name a run .* or say --all/],
  [['stop', 'x'], 2, /named by its number/],
  [['runs', '--limit', '0'], 2, /whole number above 0/],
  [['compose', 'math/absent'], 4, /no recipe layer math\/absent/],
  [['logs', '9'], 4, /9/],
] as const)('galley %s exits with %i and says what is wrong', async (args, code, message) => {
  const said = await galley(args);
  expect(said.code).toBe(code);
  expect(said.err).toMatch(message);
});

test('help lists commands and exit codes on standard output', async () => {
  const { code, out } = await galley(['--help']);
  expect(code).toBe(0);
  expect(out).toContain('compose [options] <file> [overrides...]');
  expect(out).toContain('Exit codes:');
});
