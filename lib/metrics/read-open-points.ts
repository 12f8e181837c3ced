import { z } from 'zod';
import type { Database } from '@/lib/db/open-database';
import { staleFrom } from '@/lib/run-store/stale-from';
import { rowsOfPoints, type SeriesRows } from '@/lib/series/series-rows';
import { StoredMetrics, valueOf } from './stored-metrics';
import type { MetricsOfRun } from './without-seal-between';

const EventRow = z.object({ attempt: z.coerce.number(), time: z.coerce.number(), body: StoredMetrics });

type Columns = { readonly step: number[]; readonly time: number[]; readonly value: number[] };

/** Current points that still live in their events, per key (all, or those given) in the order in which they were measured. */
export async function readOpenPoints(
  db: Database,
  run: MetricsOfRun,
  keys?: readonly string[],
): Promise<ReadonlyMap<string, SeriesRows>> {
  const points = new Map<string, Columns>();
  for (const { attempt, time, body } of await readEvents(db, run)) {
    const { step, values } = body;
    if (step >= staleFrom(run.attempts, attempt)) continue;
    for (const key of keys ?? Object.keys(values)) {
      if (!Object.hasOwn(values, key)) continue;
      let columns = points.get(key);
      if (columns === undefined) points.set(key, (columns = { step: [], time: [], value: [] }));
      columns.step.push(step);
      columns.time.push(time);
      columns.value.push(valueOf(values[key]));
    }
  }
  return new Map([...points].map(([key, columns]) => [key, rowsOfPoints(columns)]));
}

/** Without Prisma's model, whose reading of some hundreds of rows takes longer than everything else here. */
async function readEvents(
  db: Database,
  { runId }: MetricsOfRun,
): Promise<readonly z.infer<typeof EventRow>[]> {
  const stored = await db.$queryRawUnsafe(
    `SELECT "attempt", "time" + 0 AS "time", "body" FROM "Event" WHERE "runId" = ? AND "kind" = 'metrics' ORDER BY "seq"`,
    runId,
  );
  return z.array(EventRow).parse(stored);
}
