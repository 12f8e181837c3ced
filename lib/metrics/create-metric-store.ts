import type { Database } from '@/lib/db/open-database';
import { staleFrom } from '@/lib/run-store/stale-from';
import { joinRows, NO_ROWS, type SeriesRows, sliceRows } from '@/lib/series/series-rows';
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
          series: keys.map((key) =>
            rangeOf(key, thinRows(rows.get(key) ?? NO_ROWS, pixels * ROWS_PER_PIXEL)),
          ),
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
): Promise<ReadonlyMap<string, SeriesRows>> {
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
      joinRows([
        ...series.flatMap((row, at) => (row.key === key ? [sealed[at] ?? NO_ROWS] : [])),
        rowsWithin(open.get(key) ?? NO_ROWS, { from, to }),
      ]),
    ]),
  );
}

/** Points of the steps asked for; what is measured at a step may come after what was measured at a later one. */
function rowsWithin(
  points: SeriesRows,
  { from, to }: { readonly from: number; readonly to: number },
): SeriesRows {
  if (points.minStep.every((step) => step >= from && step <= to)) return points;
  const wanted = [...points.minStep.keys()].filter((at) => {
    const step = points.minStep[at] ?? NaN;
    return step >= from && step <= to;
  });
  return joinRows(wanted.map((at) => sliceRows(points, at, at + 1)));
}

function rangeOf(key: string, rows: SeriesRows): SeriesRange {
  const largest = rows.count.reduce((most, count) => Math.max(most, count), 1);
  return {
    key,
    level: Math.ceil(Math.log2(largest) / 4),
    step: numbersOf(rows.maxStep),
    time: numbersOf(rows.time),
    min: numbersOf(rows.min),
    max: numbersOf(rows.max),
    mean: numbersOf(rows.mean),
    last: numbersOf(rows.last),
    count: numbersOf(rows.count),
    nans: numbersOf(rows.nans),
  };
}

/** A loop: spreading a typed array goes through its iterator, ten times slower. */
function numbersOf(column: Float64Array): readonly number[] {
  const numbers: number[] = [];
  for (let at = 0; at < column.length; at += 1) numbers.push(column[at] ?? NaN);
  return numbers;
}
