import type { Database } from '@/lib/db/open-database';
import type { Attempt } from '@/lib/domain/run';
import { AppError } from '@/lib/shared/app-error';
import { attemptOf } from './run-rows';

/**
 * Begins a new attempt of a run that this process already owns, from `startStep`: after a lost service the run goes
 * back to a checkpoint, and points of the old attempt from there on are stale. The status stays as it is.
 * Rejects with `AppError('conflict')` when the run has been taken from this process. Close the old writer before.
 */
export async function renewAttempt(
  db: Database,
  old: Attempt,
  { startStep, time = new Date() }: { readonly startStep: number; readonly time?: Date },
): Promise<Attempt> {
  const { runId, number, pid, host } = old;
  const [renewed] = await db.$transaction([
    db.$executeRaw`INSERT INTO "Attempt" ("runId", "number", "pid", "host", "startStep", "startedAt", "heartbeatAt")
      SELECT "id", ${number + 1}, ${pid}, ${host}, ${startStep}, ${time}, ${time} FROM "Run"
      WHERE "id" = ${runId} AND "attempt" = ${number} AND "status" <> 'lost'`,
    db.$executeRaw`UPDATE "Attempt" SET "endedAt" = ${time} WHERE "runId" = ${runId} AND "number" = ${number}
      AND EXISTS (SELECT 1 FROM "Attempt" WHERE "runId" = ${runId} AND "number" = ${number + 1})`,
    db.$executeRaw`UPDATE "Run" SET "attempt" = ${number + 1}, "step" = ${startStep}, "heartbeatAt" = ${time}
      WHERE "id" = ${runId} AND "attempt" = ${number} AND "status" <> 'lost'`,
  ]);
  if (renewed !== 1) {
    throw new AppError('conflict', `Run ${runId} was taken from this process (attempt ${number}).`);
  }
  const row = await db.attempt.findUniqueOrThrow({
    where: { runId_number: { runId, number: number + 1 } },
  });
  return attemptOf(row);
}
