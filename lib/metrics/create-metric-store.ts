import { z } from 'zod';
import { type Database } from '@/lib/db/open-database';
import { type RunId } from '@/lib/domain/run';
import { MetricsBody } from '@/lib/domain/run-event';
import { type MetricStore, type SeriesRange } from './metric-store';

type Point = { readonly step: number; readonly time: number; readonly value: number };

const StoredMetrics = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(MetricsBody.omit({ kind: true }));

export function createMetricStore(db: Database): MetricStore {
  return {
    summaries: async (runId) => {
      const { series } = await readTail(db, runId);
      return [...series].map(([key, points]) => ({
        key,
        count: points.length,
        lastStep: points.at(-1)?.step ?? 0,
        last: points.at(-1)?.value ?? Number.NaN,
      }));
    },
    ranges: async ({ runId, keys, from = 0, to = Infinity }) => {
      const { seq, series } = await readTail(db, runId);
      return {
        seq,
        series: keys.map((key) => {
          const points = series.get(key) ?? [];
          return rangeOf(
            key,
            points.filter(({ step }) => step >= from && step <= to),
          );
        }),
      };
    },
  };
}

async function readTail(
  db: Database,
  runId: RunId,
): Promise<{ readonly seq: number; readonly series: ReadonlyMap<string, readonly Point[]> }> {
  const [attempts, events] = await Promise.all([
    db.attempt.findMany({ where: { runId } }),
    db.event.findMany({ where: { runId, kind: 'metrics' }, orderBy: { seq: 'asc' } }),
  ]);
  const series = new Map<string, Point[]>();
  for (const event of events) {
    const { step, values } = StoredMetrics.parse(event.body);
    if (attempts.some(({ number, startStep }) => number > event.attempt && startStep <= step)) continue;
    for (const [key, value] of Object.entries(values)) {
      const points = series.get(key) ?? [];
      points.push({ step, time: event.time.getTime(), value });
      series.set(key, points);
    }
  }
  return { seq: events.at(-1)?.seq ?? 0, series };
}

function rangeOf(key: string, points: readonly Point[]): SeriesRange {
  const values = points.map(({ value }) => value);
  return {
    key,
    level: 0,
    step: points.map(({ step }) => step),
    time: points.map(({ time }) => time),
    min: values,
    max: values,
    mean: values,
    last: values,
    count: values.map(() => 1),
  };
}
