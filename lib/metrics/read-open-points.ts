import type { Database } from '@/lib/db/open-database';
import { staleFrom } from '@/lib/run-store/stale-from';
import { rowOfPoint, type SeriesRow } from '@/lib/series/series-row';
import { StoredMetrics, valueOf } from './stored-metrics';
import type { MetricsOfRun } from './without-seal-between';

/** Current points that still live in their events, per key (all, or those given) in the order in which they were measured. */
export async function readOpenPoints(
  db: Database,
  run: MetricsOfRun,
  keys?: readonly string[],
): Promise<ReadonlyMap<string, readonly SeriesRow[]>> {
  const events = await db.event.findMany({
    where: { runId: run.runId, kind: 'metrics' },
    orderBy: { seq: 'asc' },
    select: { attempt: true, time: true, body: true },
  });
  const points = new Map<string, SeriesRow[]>();
  for (const { attempt, time, body } of events) {
    const { step, values } = StoredMetrics.parse(body);
    if (step >= staleFrom(run.attempts, attempt)) continue;
    for (const key of keys ?? Object.keys(values)) {
      if (!Object.hasOwn(values, key)) continue;
      const row = rowOfPoint({ step, time: time.getTime(), value: valueOf(values[key]) });
      const found = points.get(key);
      if (found === undefined) points.set(key, [row]);
      else found.push(row);
    }
  }
  return points;
}
