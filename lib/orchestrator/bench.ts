import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrateDatabase } from '@/lib/db/migrate-database';
import { openDatabase } from '@/lib/db/open-database';
import { childEnvironment, readEnv } from '@/lib/env';
import { createRunStore } from '@/lib/run-store/create-run-store';
import { createMockServices } from '@/lib/services/mock/mock-services';
import { type MockServer, serveMockServices } from '@/lib/services/mock/serve-mock-services';
import { processBundle } from '@/lib/shared/process-bundle';

type Row = { readonly name: string; readonly value: number | string; readonly unit?: string };

const GROUP = 8;
const MIB = 1024 * 1024;
/** Half of a group is right: every group has a signal, and every rollout is trained on. */
const EVALUATOR = `
export class HalfRight {
  evaluate(data) {
    return { reward: data.run_id % 2, groundTruth: 'x', metrics: { exact_match: data.run_id % 2 } };
  }
}`;

type Load = {
  readonly prompts: number;
  readonly tokens: number;
  readonly workers: number;
  readonly steps: number;
  /** Milliseconds before an answer. */
  readonly latencyMs: (operation: string) => number;
};

/** 2,000 rollouts in flight, each one request that takes 50 ms; enough of them that the flow is steady. */
const MANY: Load = { prompts: 2000, tokens: 100, workers: 2000, steps: 3, latencyMs: () => 50 };
/** A step of 256 × 8 rollouts of 1,000 tokens, sampled at 40 to 67 tokens a second and trained on for 15 s. */
const LONG: Load = {
  prompts: 256,
  tokens: 1000,
  workers: 2048,
  steps: 2,
  latencyMs: (operation) => {
    if (operation === 'generate') return 15_000 + Math.random() * 10_000;
    return operation === 'train' ? 15_000 : 50;
  },
};

type Place = {
  readonly root: string;
  /** Where the run process writes CPU profiles; not given = it writes none. */
  readonly profiles?: string;
};

/** One run process against mock services behind HTTP on loopback, which live in this process. */
export async function bench(place: Place): Promise<readonly Row[]> {
  const many = await measure(place, MANY);
  const long = await measure(place, LONG);
  const rollouts = MANY.prompts * GROUP * MANY.steps;
  return [
    { name: 'rollouts in flight, 1,000 tokens, seen by the service', value: long.load.peak, unit: 'at once' },
    { name: 'rollouts in flight, 100 tokens, seen by the service', value: many.load.peak, unit: 'at once' },
    { name: 'finished rollouts, 100 tokens', value: rollouts / many.rolloutSeconds, unit: 'per second' },
    ...cpuRows(many, rollouts),
    { name: 'resident memory, 16,000 rollouts a step', value: many.peakBytes / MIB, unit: 'MiB at most' },
    { name: 'step of 256 × 8 × 1,000 tokens', value: long.load.spanMs / 1000 / LONG.steps, unit: 's' },
    { name: 'of it without any service at work', value: idleSeconds(long) / LONG.steps, unit: 's' },
    { name: 'overhead', value: (100 * idleSeconds(long)) / (long.load.spanMs / 1000), unit: '%' },
    { name: 'resident memory, 2,048 × 1,000 tokens', value: long.peakBytes / MIB, unit: 'MiB at most' },
  ];
}

/** The machine's cores are shared by all of these: what one takes, the others cannot have. */
function cpuRows({ cpu }: Measured, rollouts: number): readonly Row[] {
  return Object.entries(cpu).map(([process, seconds]) => ({
    name: `CPU per rollout, ${process}`,
    value: (seconds * 1000) / rollouts,
    unit: 'ms',
  }));
}

type Measured = {
  /** Seconds by process, of the whole run. */
  readonly cpu: Readonly<Record<string, number>>;
  readonly load: ReturnType<MockServer['load']>;
  /** Sum over the steps of the time in which rollouts were made. */
  readonly rolloutSeconds: number;
  readonly peakBytes: number;
};

function idleSeconds({ load }: Measured): number {
  return (load.spanMs - load.busyMs) / 1000;
}

async function measure(place: Place, load: Load): Promise<Measured> {
  const folder = await mkdtemp(path.join(tmpdir(), 'galley-bench-'));
  const server = await serveMockServices(createMockServices({ stateFolder: path.join(folder, 'states') }), {
    latencyMs: load.latencyMs,
    fixedGeneration: generation(load.tokens),
  });
  try {
    return await runOnce({ ...place, folder, server }, load);
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function runOnce(
  { root, profiles, folder, server }: Place & { readonly folder: string; readonly server: MockServer },
  load: Load,
): Promise<Measured> {
  const env = readEnv({
    GALLEY_ROOT: root,
    GALLEY_DATA_DIR: path.join(folder, 'data'),
    GALLEY_RECIPES_DIR: path.join(folder, 'recipes'),
    GALLEY_DATABASE_URL: `file:${path.join(folder, 'galley.db')}`,
  });
  await migrateDatabase({ url: env.databaseUrl, migrationsDir: path.join(root, 'prisma/migrations') });
  await writeData(path.join(env.recipesDir, 'bench'), load.prompts);
  const db = await openDatabase({ url: env.databaseUrl });
  try {
    const store = createRunStore(db);
    const { id } = await store.create(newRun(load, server.url));
    const profiling = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
    const child = spawn(
      process.execPath,
      [...profiling, processBundle(root, 'orchestrator/main'), '--run', String(id)],
      {
        env: childEnvironment(env),
        stdio: ['ignore', 'inherit', 'inherit'],
      },
    );
    const watch = watchProcess(child.pid ?? 0);
    const before = process.cpuUsage();
    await once(child, 'exit');
    const served = process.cpuUsage(before);
    const { peakBytes, cpu } = watch.stop();
    const run = await store.get(id);
    if (run.status !== 'succeeded') throw new Error(`The run ${run.status}: ${run.reason ?? ''}`);
    const events = await store.events({ runs: [id], after: 0, limit: 100_000 });
    const rolloutSeconds = events.reduce(
      (sum, event) => sum + (event.kind === 'metrics' ? (event.values['timing/rollout'] ?? 0) : 0),
      0,
    );
    const mock = (served.user + served.system) / 1e6;
    return { load: server.load(), rolloutSeconds, peakBytes, cpu: { ...cpu, 'mock services': mock } };
  } finally {
    await db.$disconnect();
  }
}

/** Clock ticks per second, as the kernel counts CPU time in `/proc`. */
const TICKS = 100;

/** What a process was seen to take, as the kernel counts it; nothing where there is no /proc. */
function watchProcess(pid: number) {
  let peakBytes = 0;
  const threads = new Map<string, number>();
  const children = new Map<string, number>();
  const look = async (): Promise<void> => {
    const status = await read(`/proc/${pid}/status`);
    peakBytes = Math.max(peakBytes, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024);
    for (const id of await list(`/proc/${pid}/task`)) {
      threads.set(id, cpuSeconds(await read(`/proc/${pid}/task/${id}/stat`)) ?? threads.get(id) ?? 0);
      const started = (await read(`/proc/${pid}/task/${id}/children`)).split(' ').filter(Boolean);
      for (const child of started) {
        children.set(child, cpuSeconds(await read(`/proc/${child}/stat`)) ?? children.get(child) ?? 0);
      }
    }
  };
  const timer = setInterval(() => void look(), 200);
  return {
    stop: () => {
      clearInterval(timer);
      const main = threads.get(String(pid)) ?? 0;
      const all = sum(threads.values());
      const cpu = {
        'run process, event loop': main,
        'run process, other threads': all - main,
        evaluator: sum(children.values()),
      };
      return { peakBytes, cpu };
    },
  };
}

function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}

function list(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

/** User and system time of a `stat` file; null where it is gone. */
function cpuSeconds(stat: string): number | null {
  // the name before it may hold spaces
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [fields[11], fields[12]];
  return user === undefined || system === undefined ? null : (Number(user) + Number(system)) / TICKS;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function generation(tokens: number): string {
  const texts = Array.from({ length: tokens }, (_, index) => ` word${index % 100}`);
  return JSON.stringify({
    promptTokens: Array.from({ length: 50 }, (_, index) => 1000 + index),
    tokens: texts.map((_, index) => 20_000 + index),
    logprobs: texts.map((_, index) => -0.123456789 * (1 + (index % 7))),
    tokenTexts: [...Array.from({ length: 50 }, () => ' prompt'), ...texts],
    text: texts.join(''),
    stopReason: 'stop',
    weightVersion: 0,
  });
}

async function writeData(folder: string, rows: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const lines = Array.from({ length: rows }, (_, row) =>
    JSON.stringify({ prompt: `What is ${row} + ${row}?`, answer: String(2 * row) }),
  );
  await writeFile(path.join(folder, 'train.jsonl'), `${lines.join('\n')}\n`);
}

function newRun(load: Load, mockUrl: string): Parameters<ReturnType<typeof createRunStore>['create']>[0] {
  const resolved = {
    data: {
      seed: 1,
      data_files: ['train.jsonl'],
      batch_size: load.prompts,
      rollout_repeat_n: GROUP,
      max_response_length: load.tokens,
    },
    rollout_worker: {
      type: 'simple',
      num_workers: load.workers,
      evaluator_module_path: 'agent_workspace/evaluator.ts:HalfRight',
    },
    trainer: { type: 'remote_api_grpo', total_train_steps: load.steps, save_freq: 0 },
    service: {
      inference_service: { backend: 'mock', mock_url: mockUrl },
      train_service: { actor: { role: 'actor', backend: 'mock' } },
    },
  };
  return {
    name: 'bench',
    recipe: 'bench',
    variant: 'bench',
    backend: 'embedded',
    model: null,
    seed: 1,
    totalSteps: load.steps,
    idempotencyKey: 'bench',
    snapshot: {
      files: { 'bench/bench.yaml': '', 'bench/agent_workspace/evaluator.ts': EVALUATOR },
      entry: 'bench/bench.yaml',
      overrides: [],
      composedYaml: '',
      resolved,
    },
  };
}
