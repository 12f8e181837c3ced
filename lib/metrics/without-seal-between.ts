import type { Database } from '@/lib/db/open-database';
import type { RunId } from '@/lib/domain/run';
import type { AttemptStart } from '@/lib/run-store/stale-from';
import { AppError } from '@/lib/shared/app-error';

/** What a read of metrics starts from. */
export type MetricsOfRun = {
  readonly runId: RunId;
  /** Every event up to here is in what is read afterwards. */
  readonly seq: number;
  readonly attempts: readonly AttemptStart[];
};

/** Sealing is rare, so a second try nearly always holds. */
const MAX_TRIES = 5;

/**
 * Points live in blocks or in events, and a seal moves them. What was read counts only if no seal fell in between;
 * that spares a transaction, which would hold the process's one connection.
 */
export async function withoutSealBetween<T>(
  db: Database,
  runId: RunId,
  read: (run: MetricsOfRun) => Promise<T>,
): Promise<T> {
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    const before = await db.run.findUnique({
      where: { id: runId },
      select: { sealedSeq: true, lastSeq: true, attempts: { select: { number: true, startStep: true } } },
    });
    if (before === null) throw new AppError('not_found', `There is no run ${runId}.`);
    const result = await read({ runId, seq: before.lastSeq, attempts: before.attempts });
    const after = await db.run.findUnique({ where: { id: runId }, select: { sealedSeq: true } });
    if (after?.sealedSeq === before.sealedSeq) return result;
  }
  throw new AppError('unavailable', `Run ${runId} writes faster than its metrics can be read; try again.`);
}
