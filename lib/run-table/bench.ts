import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrateDatabase } from '@/lib/db/migrate-database';
import { type Database, openDatabase } from '@/lib/db/open-database';
import { runColumnOf, runSortOf } from '@/lib/domain/run-column';
import { parseRunQuery } from '@/lib/domain/run-query';
import { createRunTable } from './create-run-table';

export type BenchRow = { readonly name: string; readonly value: number; readonly unit: string };

const RUNS = 10_000;
const METRICS = 300;
const KEYS = 100;
const REPEATS = 11;
const PAGE = 100;

/** Pages and groups of a table of 10,000 runs with 300 metrics and 100 keys each, median of a few reads. */
export async function bench(options: { readonly migrationsDir: string }): Promise<readonly BenchRow[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'galley-bench-'));
  try {
    const url = `file:${path.join(folder, 'galley.db')}`;
    await migrateDatabase({ url, ...options });
    const db = await openDatabase({ url });
    try {
      await fill(db);
      return await measure(db);
    } finally {
      await db.$disconnect();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fill(db: Database): Promise<void> {
  await db.$executeRawUnsafe(`
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${RUNS})
    INSERT INTO "Run" ("id", "name", "recipe", "variant", "backend", "status", "totalSteps", "overrides", "createdAt", "idempotencyKey")
    SELECT i, 'run ' || i, 'recipe ' || (i % 7), 'embedded', 'embedded', 'succeeded', 100, '[]', i, 'bench-' || i FROM n`);
  for (const [table, name, count] of [
    ['RunMetric', 'metric/', METRICS],
    ['RunConfig', 'section.key_', KEYS],
  ] as const) {
    const [columns, values] =
      table === 'RunMetric'
        ? ['"key", "runId", "step", "value"', '99, (r."id" * 7919 % 10007) / 10007.0']
        : ['"path", "runId", "value", "number"', `(r."id" % (i + 1)) || '', r."id" % (i + 1)`];
    await db.$executeRawUnsafe(`
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1})
      INSERT INTO "${table}" (${columns}) SELECT '${name}' || i, r."id", ${values} FROM n, "Run" r`);
  }
}

async function measure(db: Database): Promise<readonly BenchRow[]> {
  const table = createRunTable(db);
  const page = (search: string, sort: string) => () =>
    table.page({
      query: parseRunQuery(search),
      sort: runSortOf(sort),
      columns: ['metric/3', 'metric/4', 'section.key_5'].map(runColumnOf),
      offset: 0,
      limit: PAGE,
    });
  const of = `of ${RUNS} runs × ${METRICS} metrics`;
  return [
    { name: `first ${PAGE} rows ${of}, newest first`, ...(await median(page('', '-run'))) },
    { name: 'the same, ordered by a metric', ...(await median(page('', '-metric/7'))) },
    {
      name: 'the same, found by a word, a key and a metric',
      ...(await median(page('run section.key_9=3 metric/7>0.5', '-metric/7'))),
    },
    {
      name: 'groups by a key, mean and deviation of a metric',
      ...(await median(() =>
        table.groups({ query: parseRunQuery(''), by: runColumnOf('section.key_9'), metric: 'metric/7' }),
      )),
    },
    { name: 'names that may become columns', ...(await median(() => table.columns())) },
  ];
}

async function median(work: () => Promise<unknown>): Promise<Pick<BenchRow, 'value' | 'unit'>> {
  const times: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  return { value: times.toSorted((a, b) => a - b)[Math.floor(REPEATS / 2)] ?? NaN, unit: 'ms at the median' };
}
