import type { Database } from '@/lib/db/open-database';
import { staleFrom } from '@/lib/run-store/stale-from';
import { NO_ROWS, type SeriesRows } from '@/lib/series/series-rows';
import type { SeriesSummary } from './metric-store';
import { readOpenPoints } from './read-open-points';
import { readSeries } from './read-series';
import type { MetricsOfRun } from './without-seal-between';

/** One summary per key over its current points, by name. */
export async function summarizeSeries(db: Database, run: MetricsOfRun): Promise<readonly SeriesSummary[]> {
  const summaries = new Map<string, SeriesSummary>();
  const add = (part: SeriesSummary): void => {
    const before = summaries.get(part.key);
    const lastStep = Math.max(before?.lastStep ?? 0, part.lastStep);
    if (part.count > 0) {
      summaries.set(part.key, { ...part, count: (before?.count ?? 0) + part.count, lastStep });
    }
  };
  for (const part of await summarizeSealed(db, run)) add(part);
  for (const [key, rows] of await readOpenPoints(db, run)) add(summaryOf(key, rows));
  return [...summaries.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** One part per series, in the order of attempts; blocks are read only where a later attempt cut a series. */
async function summarizeSealed(db: Database, run: MetricsOfRun): Promise<readonly SeriesSummary[]> {
  const stored = await db.metricSeries.findMany({
    where: { runId: run.runId },
    orderBy: { attempt: 'asc' },
  });
  const series = stored.map((row) => ({ ...row, staleFrom: staleFrom(run.attempts, row.attempt) }));
  const cut = series.filter((row) => row.lastStep >= row.staleFrom);
  const everything = { from: 0, to: Number.MAX_SAFE_INTEGER };
  const rows = await readSeries(
    db,
    cut.map(({ id, count, staleFrom: stale }) => ({ id, count, staleFrom: stale, ...everything })),
    0,
  );
  return series.map((row) => {
    const { key, count, lastStep, last } = row;
    const at = cut.indexOf(row);
    return at < 0 ? { key, count, lastStep, last: Number(last) } : summaryOf(key, rows[at] ?? NO_ROWS);
  });
}

function summaryOf(key: string, { count, maxStep, last }: SeriesRows): SeriesSummary {
  return {
    key,
    count: count.reduce((sum, each) => sum + each, 0),
    lastStep: maxStep.reduce((most, step) => Math.max(most, step), 0),
    last: last.at(-1) ?? NaN,
  };
}
