import type { Database } from '@/lib/db/open-database';
import type { RunId } from '@/lib/domain/run';
import { eventOf } from './run-rows';
import type { AdvisoryEvent } from './run-store';
import { staleFrom } from './stale-from';

/** More than a run should ever say; the newest are kept. */
const LIMIT = 500;

/** What a run said of itself, oldest first; what an attempt said of steps that a later one took over is left out. */
export async function readAdvisories(db: Database, id: RunId): Promise<readonly AdvisoryEvent[]> {
  const [rows, attempts] = await Promise.all([
    db.event.findMany({ where: { runId: id, kind: 'advisory' }, orderBy: { seq: 'desc' }, take: LIMIT }),
    db.attempt.findMany({ where: { runId: id }, select: { number: true, startStep: true } }),
  ]);
  return rows.toReversed().flatMap((row) => {
    const event = eventOf(row);
    if (event.kind !== 'advisory') return [];
    return event.step !== null && event.step > staleFrom(attempts, event.attempt) ? [] : [event];
  });
}
