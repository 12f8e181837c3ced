import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Connection, openConnection } from '@/lib/db/connection';
import { migrateDatabase } from '@/lib/db/migrate-database';
import { type Database, openDatabase } from '@/lib/db/open-database';
import type { RunId } from '@/lib/domain/run';
import { claimRun } from '@/lib/run-store/claim-run';
import { createRunStore } from '@/lib/run-store/create-run-store';
import { openRunWriter } from '@/lib/run-store/open-run-writer';
import type { RunWriter } from '@/lib/run-store/run-writer';
import { benchRollouts } from '@/lib/trajectories/bench';
import { createMetricStore } from './create-metric-store';
import { growSeries } from './grow-series';

export type BenchRow = { readonly name: string; readonly value: number; readonly unit: string };

export type BenchOptions = {
  readonly migrationsDir: string;
  readonly workerUrl: URL;
  /** Metrics events, of `KEYS` values each. */
  readonly events?: number;
  /** Points of the longest series that is queried. */
  readonly longest?: number;
  /** Steps of 512 rollouts each. */
  readonly steps?: number;
};

/** What a run of the reference framework logs per step. */
const KEYS = 95;
const QUERIES = 21;
const WIDTH = 1200;
const MB = 1024 * 1024;

/** Measures the store in a folder of its own: points and rollouts through the run writer, then ranges of series. */
export async function benchStore(options: BenchOptions): Promise<readonly BenchRow[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'galley-bench-'));
  try {
    return [
      ...(await withStore(folder, options, benchPoints)),
      ...(await withStore(folder, options, benchRollouts)),
      ...(await withStore(folder, options, benchQueries)),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type BenchPlace = BenchOptions & {
  readonly db: Database;
  readonly url: string;
  readonly openWriter: () => Promise<RunWriter>;
};

async function withStore(
  folder: string,
  options: BenchOptions,
  bench: (place: BenchPlace) => Promise<readonly BenchRow[]>,
): Promise<readonly BenchRow[]> {
  const url = `file:${path.join(folder, `${bench.name}.db`)}`;
  await migrateDatabase({ url, migrationsDir: options.migrationsDir });
  const db = await openDatabase({ url });
  const openWriter = async (): Promise<RunWriter> => {
    const { attempt } = await claimRun(db, { runId: await createBenchRun(db) });
    return openRunWriter({ databaseUrl: url, attempt, workerUrl: options.workerUrl });
  };
  try {
    return await bench({ ...options, db, url, openWriter });
  } finally {
    await db.$disconnect();
  }
}

async function benchPoints({
  db,
  url,
  openWriter,
  events = 100_000,
}: BenchPlace): Promise<readonly BenchRow[]> {
  const writer = await openWriter();
  const { runId } = writer.attempt;
  const seconds = await secondsOf(async () => {
    await writePoints(writer, events);
    await writer.close();
  });
  const points = events * KEYS;
  await db.$queryRawUnsafe('PRAGMA wal_checkpoint(TRUNCATE)');
  const { size } = await stat(new URL(url));
  const metrics = createMetricStore(db);
  const keys = Array.from({ length: KEYS }, (_, key) => `metric/${key}`);
  return [
    { name: `store: points written and packed, ${KEYS} per step`, value: points / seconds, unit: 'points/s' },
    { name: `store: ${KEYS} metrics × ${events} steps on disk`, value: size / MB, unit: 'MB' },
    {
      name: `store: range of 12 of ${KEYS} series × ${events} points`,
      value: await medianMs(() => metrics.ranges({ runId, keys: keys.slice(0, 12), width: WIDTH })),
      unit: 'ms',
    },
  ];
}

/** A series ten times as long must not take longer. */
async function benchQueries({ db, url, longest = 10_000_000 }: BenchPlace): Promise<readonly BenchRow[]> {
  const connection = await openConnection(url);
  const metrics = createMetricStore(db);
  const rows: BenchRow[] = [];
  for (let points = 10_000; points <= longest; points *= 10) {
    const runId = await createBenchRun(db);
    await writeSeries(connection, runId, points);
    const query = { runId, keys: ['metric'], width: WIDTH };
    const { series } = await metrics.ranges(query);
    const highest = Math.max(...(series[0]?.max ?? []));
    if (highest !== PEAK) throw new Error(`The highest of ${points} points is ${PEAK}, not ${highest}`);
    rows.push({
      name: `store: one series of ${points.toLocaleString('en')} points at ${WIDTH} px`,
      value: await medianMs(() => metrics.ranges(query)),
      unit: 'ms',
    });
  }
  await connection.close();
  return rows;
}

/** One value in the middle of each series; no thinning may lose it. */
const PEAK = 12_345.678;
const POINTS_PER_COMMIT = 100_000;

async function writeSeries(connection: Connection, runId: RunId, points: number): Promise<void> {
  for (let from = 0; from < points; from += POINTS_PER_COMMIT) {
    const measured = Array.from({ length: Math.min(POINTS_PER_COMMIT, points - from) }, (_, at) => {
      const step = from + at;
      const value = step === points >> 1 ? PEAK : Math.sin(step * 0.01);
      return { attempt: 0, step, time: step * 100, keys: ['metric'], values: [value] };
    });
    await connection.transaction((statements) => growSeries(statements, runId, measured));
  }
}

async function writePoints(writer: RunWriter, events: number): Promise<void> {
  const keys = Array.from({ length: KEYS }, (_, key) => `metric/${key}`);
  for (let step = 0; step < events; step += 1) {
    const values: Record<string, number> = {};
    keys.forEach((key, at) => (values[key] = Math.sin(step * 0.01 + at)));
    writer.append({ kind: 'metrics', step, values });
    await writer.drained();
  }
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

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function medianMs(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let query = 0; query < QUERIES; query += 1) {
    times.push((await secondsOf(work)) * 1000);
  }
  return times.toSorted((a, b) => a - b)[QUERIES >> 1] ?? NaN;
}
