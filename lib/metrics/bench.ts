import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrateDatabase } from '@/lib/db/migrate-database';
import { type Database, openDatabase } from '@/lib/db/open-database';
import type { RunId } from '@/lib/domain/run';
import { claimRun } from '@/lib/run-store/claim-run';
import { createRunStore } from '@/lib/run-store/create-run-store';
import { openRunWriter } from '@/lib/run-store/open-run-writer';
import type { NewTrajectory, RunWriter } from '@/lib/run-store/run-writer';
import { createMetricStore } from './create-metric-store';

export type BenchRow = { readonly name: string; readonly value: number; readonly unit: string };

export type BenchOptions = {
  readonly migrationsDir: string;
  readonly workerUrl: URL;
  /** Metrics events, of `KEYS` values each. */
  readonly events?: number;
  /** Steps of `ROLLOUTS` rollouts each. */
  readonly steps?: number;
};

const KEYS = 20;
const ROLLOUTS = 512;
const TOKENS = 64;
const QUERIES = 20;
const WIDTH = 800;

/** Measures the store in a folder of its own: writing points and rollouts through the run writer, then reading ranges. */
export async function benchStore(options: BenchOptions): Promise<readonly BenchRow[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'galley-bench-'));
  try {
    const url = `file:${path.join(folder, 'galley.db')}`;
    await migrateDatabase({ url, migrationsDir: options.migrationsDir });
    const db = await openDatabase({ url });
    try {
      return await measure(db, url, options);
    } finally {
      await db.$disconnect();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(db: Database, url: string, options: BenchOptions): Promise<readonly BenchRow[]> {
  const { events = 20_000, workerUrl } = options;
  const runId = await createBenchRun(db);
  const { attempt } = await claimRun(db, { runId });
  const writer = await openRunWriter({ databaseUrl: url, attempt, workerUrl });
  const points = await secondsOf(() => writePoints(writer, events));
  const packing = await secondsOf(() => writer.close());
  const rollouts = await measureRollouts(db, url, options);
  const metrics = createMetricStore(db);
  const keys = Array.from({ length: KEYS }, (_, key) => `metric/${key}`);
  const read = (wanted: readonly string[]) => async (): Promise<void> => {
    for (let query = 0; query < QUERIES; query += 1) {
      await metrics.ranges({ runId, keys: wanted, width: WIDTH });
    }
  };
  return [
    { name: 'store: metric points written', value: (events * KEYS) / points, unit: 'points/s' },
    { name: 'store: metric points packed', value: (events * KEYS) / (points + packing), unit: 'points/s' },
    { name: 'store: rollouts written', value: rollouts, unit: 'rows/s' },
    {
      name: `store: range of 1 of ${KEYS} keys × ${events} points`,
      value: ((await secondsOf(read(keys.slice(0, 1)))) / QUERIES) * 1000,
      unit: 'ms',
    },
    {
      name: `store: range of ${KEYS} keys × ${events} points`,
      value: ((await secondsOf(read(keys))) / QUERIES) * 1000,
      unit: 'ms',
    },
  ];
}

async function measureRollouts(db: Database, url: string, options: BenchOptions): Promise<number> {
  const { steps = 20, workerUrl } = options;
  const { attempt } = await claimRun(db, { runId: await createBenchRun(db) });
  const writer = await openRunWriter({ databaseUrl: url, attempt, workerUrl });
  const seconds = await secondsOf(() => writeRollouts(writer, steps));
  await writer.close();
  return (steps * ROLLOUTS) / seconds;
}

async function createBenchRun(db: Database): Promise<RunId> {
  const { id } = await createRunStore(db).create({
    name: 'bench',
    recipe: 'bench',
    variant: 'embedded',
    backend: 'embedded',
    model: null,
    seed: null,
    totalSteps: 1,
    snapshot: { files: {}, entry: 'bench/embedded.yaml', overrides: [], composedYaml: '', resolved: {} },
    idempotencyKey: randomUUID(),
  });
  return id;
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function writePoints(writer: RunWriter, events: number): Promise<void> {
  for (let step = 0; step < events; step += 1) {
    const values = Object.fromEntries(
      Array.from({ length: KEYS }, (_, key) => [`metric/${key}`, Math.sin(step * 0.01 + key)]),
    );
    writer.append({ kind: 'metrics', step, values });
    await writer.drained();
  }
  await writer.flush();
}

async function writeRollouts(writer: RunWriter, steps: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) {
    const rows = Array.from({ length: ROLLOUTS }, (_, sample) => aRollout(step, sample));
    writer.trajectories(step, { validation: false, failed: 0, rows });
    await writer.drained();
  }
  await writer.flush();
}

function aRollout(step: number, sample: number): NewTrajectory {
  const places = Array.from({ length: TOKENS }, (_, at) => at);
  const text = places.map((at) => String.fromCharCode(97 + ((at * 7 + sample) % 26))).join('');
  return {
    step,
    validation: false,
    group: `prompt-${sample >> 3}`,
    sample: sample & 7,
    reward: (sample % 5) / 4,
    advantage: Math.sin(sample),
    promptTokens: 16,
    completionTokens: TOKENS - 16,
    stopReason: 'stop',
    weightVersion: step,
    error: null,
    promptPreview: text.slice(0, 16),
    completionPreview: text.slice(16),
    body: {
      prompt: text.slice(0, 16),
      completion: text.slice(16),
      groundTruth: text,
      sequences: [
        {
          tokens: places.map((at) => text.charCodeAt(at)),
          tokenTexts: text.split(''),
          lossMask: places.map((at) => (at < 16 ? 0 : 1)),
          logprobs: places.map((at) => (at < 16 ? 0 : Math.sin(at * sample) - 1)),
          weightVersions: places.map(() => step),
        },
      ],
      turns: [],
      metrics: { exact: sample % 2 },
      extraInfo: {},
      data: { prompt: text.slice(0, 16), answer: text },
    },
  };
}
