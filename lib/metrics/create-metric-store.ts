import type { Database } from '@/lib/db/open-database';
import { staleFrom } from '@/lib/run-store/stale-from';
import type { SeriesRow } from '@/lib/series/series-row';
import { thinRows } from '@/lib/series/thin-rows';
import type { MetricStore, SeriesRange } from './metric-store';
import { readOpenPoints } from './read-open-points';
import { readSeries } from './read-series';
import { summarizeSeries } from './summarize-series';
import { type MetricsOfRun, withoutSealBetween } from './without-seal-between';

/** Rows per pixel that leave the store, and that are read at most to make them. */
const ROWS_PER_PIXEL = 2;
const READ_PER_PIXEL = 8;

export function createMetricStore(db: Database): MetricStore {
  return {
    summaries: (runId) => withoutSealBetween(db, runId, (run) => summarizeSeries(db, run)),
    ranges: ({ runId, keys, from = 0, to = Number.MAX_SAFE_INTEGER, width }) =>
      withoutSealBetween(db, runId, async (run) => {
        const pixels = Math.max(1, Math.ceil(width));
        const rows = await readRows(db, run, { keys, from, to, maxRows: pixels * READ_PER_PIXEL });
        return {
          seq: run.seq,
          series: keys.map((key) => rangeOf(key, thinRows(rows.get(key) ?? [], pixels * ROWS_PER_PIXEL))),
        };
      }),
  };
}

type Wanted = {
  readonly keys: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly maxRows: number;
};

/** Current rows per key, in the order in which they were measured: sealed ones, then those still in events. */
async function readRows(
  db: Database,
  run: MetricsOfRun,
  { keys, from, to, maxRows }: Wanted,
): Promise<ReadonlyMap<string, readonly SeriesRow[]>> {
  const series = await db.metricSeries.findMany({
    where: { runId: run.runId, key: { in: [...keys] } },
    orderBy: { attempt: 'asc' },
  });
  const windows = series.map(({ id, count, attempt }) => ({
    id,
    count,
    from,
    to,
    staleFrom: staleFrom(run.attempts, attempt),
  }));
  const sealed = await readSeries(db, windows, maxRows);
  const open = await readOpenPoints(db, run, keys);
  return new Map(
    keys.map((key) => [
      key,
      [
        ...series.flatMap((row, at) => (row.key === key ? (sealed[at] ?? []) : [])),
        ...(open.get(key) ?? []).filter(({ minStep }) => minStep >= from && minStep <= to),
      ],
    ]),
  );
}

function rangeOf(key: string, rows: readonly SeriesRow[]): SeriesRange {
  const largest = rows.reduce((most, { count }) => Math.max(most, count), 1);
  return {
    key,
    level: Math.ceil(Math.log2(largest) / 4),
    step: rows.map(({ maxStep }) => maxStep),
    time: rows.map(({ time }) => time),
    min: rows.map(({ min }) => min),
    max: rows.map(({ max }) => max),
    mean: rows.map(({ mean }) => mean),
    last: rows.map(({ last }) => last),
    count: rows.map(({ count }) => count),
    nans: rows.map(({ nans }) => nans),
  };
}
