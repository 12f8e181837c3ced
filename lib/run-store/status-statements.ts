import { canFollow, isFinished, RUN_STATUSES, type RunId, type RunStatus } from '@/lib/domain/run';
import type { SqlValue } from '@/lib/db/connection';

export type Statement = { readonly sql: string; readonly args: readonly SqlValue[] };

export type StatusChange = {
  readonly runId: RunId;
  readonly to: RunStatus;
  readonly reason: string | null;
  readonly time: Date;
  /** Only while this process life owns the run. */
  readonly attempt?: number;
};

/**
 * Compare-and-set of a run's status and its `status` event, for one transaction. Each statement repeats the condition
 * that the table of statuses sets, so no read comes before the write. The first one changes no row when the status may
 * not follow.
 */
export function statusStatements(change: StatusChange): readonly Statement[] {
  const { runId, to, reason, time } = change;
  const from = RUN_STATUSES.filter((status) => canFollow(status, to));
  const mine = change.attempt === undefined ? '' : ` AND "attempt" = ${change.attempt}`;
  const condition = `"id" = ? AND "status" IN (${from.map((status) => `'${status}'`).join(', ')})${mine}`;
  const keepsPhase = !isFinished(to) && to !== 'queued';
  const phase = keepsPhase ? '"phase"' : 'NULL';
  const end = isFinished(to) ? time : null;
  return [
    {
      sql: `INSERT INTO "Event" ("runId", "attempt", "kind", "time", "body")
        SELECT "id", "attempt", 'status', ?, json_object('status', ?, 'phase', ${phase}, 'reason', ?)
        FROM "Run" WHERE ${condition}`,
      args: [time, to, reason, runId],
    },
    {
      sql: `UPDATE "Attempt" SET "endedAt" = ? WHERE "runId" = ? AND ? IS NOT NULL
        AND "number" = (SELECT "attempt" FROM "Run" WHERE ${condition})`,
      args: [end, runId, end, runId],
    },
    {
      sql: `UPDATE "Run" SET "status" = ?, "reason" = ?, "phase" = ${phase}, "endedAt" = ?,
        "lastSeq" = (SELECT max("seq") FROM "Event" WHERE "runId" = ?) WHERE ${condition}`,
      args: [to, reason, end, runId, runId],
    },
  ];
}
