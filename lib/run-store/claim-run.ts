import { hostname } from 'node:os';
import type { Database } from '@/lib/db/open-database';
import type { Attempt, Run, RunId } from '@/lib/domain/run';
import { AppError } from '@/lib/shared/app-error';
import { attemptOf, runOf } from './run-rows';

export type Claim = {
  readonly runId: RunId;
  readonly pid?: number;
  readonly host?: string;
  readonly time?: Date;
  /** Step of the checkpoint from which the process will continue; by default the newest that the store knows. */
  readonly startStep?: number;
};

/** Step of the newest checkpoint that no later attempt has overtaken; 0 without one. */
const START_STEP = `coalesce((SELECT max(c."step") FROM "Checkpoint" c WHERE c."runId" = "Run"."id" AND NOT EXISTS (
  SELECT 1 FROM "Attempt" a WHERE a."runId" = c."runId" AND a."number" > c."attempt" AND a."startStep" < c."step")), 0)`;

/**
 * Makes this process the owner of a queued run: `queued` → `starting` with a new attempt, in one transaction, so that
 * of two processes one gets it and the other `AppError('conflict')`. Commands meant for earlier attempts are dropped.
 */
export async function claimRun(
  db: Database,
  claim: Claim,
): Promise<{ readonly run: Run; readonly attempt: Attempt }> {
  const { runId, pid = process.pid, host = hostname(), time = new Date(), startStep = null } = claim;
  const [claimed] = await db.$transaction([
    db.$executeRawUnsafe(
      `INSERT INTO "Attempt" ("runId", "number", "pid", "host", "startStep", "startedAt", "heartbeatAt")
       SELECT "id", "attempt" + 1, ?, ?, coalesce(?, ${START_STEP}), ?, ? FROM "Run" WHERE "id" = ? AND "status" = 'queued'`,
      pid,
      host,
      startStep,
      time,
      time,
      runId,
    ),
    db.$executeRaw`UPDATE "Command" SET "handledAt" = ${time} WHERE "runId" = ${runId} AND "handledAt" IS NULL
      AND EXISTS (SELECT 1 FROM "Run" WHERE "id" = ${runId} AND "status" = 'queued')`,
    db.$executeRaw`INSERT INTO "Event" ("runId", "attempt", "kind", "time", "body")
      SELECT "id", "attempt" + 1, 'status', ${time}, json_object('status', 'starting', 'phase', 'preparing', 'reason', NULL)
      FROM "Run" WHERE "id" = ${runId} AND "status" = 'queued'`,
    db.$executeRaw`UPDATE "Run" SET "status" = 'starting', "phase" = 'preparing', "reason" = NULL,
        "attempt" = "attempt" + 1, "startedAt" = coalesce("startedAt", ${time}), "endedAt" = NULL, "heartbeatAt" = ${time},
        "step" = (SELECT "startStep" FROM "Attempt" WHERE "runId" = ${runId} ORDER BY "number" DESC LIMIT 1),
        "lastSeq" = (SELECT max("seq") FROM "Event" WHERE "runId" = ${runId})
      WHERE "id" = ${runId} AND "status" = 'queued'`,
  ]);
  const row = await db.run.findUnique({ where: { id: runId } });
  if (row === null) throw new AppError('not_found', `There is no run ${runId}.`);
  if (claimed !== 1) {
    throw new AppError('conflict', `Run ${runId} is ${row.status}; only a queued run can be started.`);
  }
  const attempt = await db.attempt.findUniqueOrThrow({
    where: { runId_number: { runId, number: row.attempt } },
  });
  return { run: runOf(row), attempt: attemptOf(attempt) };
}
