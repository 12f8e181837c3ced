import type { Connection, Statements } from '@/lib/db/connection';
import { jsonRows } from '@/lib/db/storable-text';
import { type Attempt, isActive, RUN_STATUSES, type RunPhase } from '@/lib/domain/run';
import { insertTrajectories } from '@/lib/trajectories/insert-trajectories';
import type { Measured } from '@/lib/metrics/grow-series';
import { packBacklog } from '@/lib/metrics/seal-metrics';
import { AppError } from '@/lib/shared/app-error';
import { statusStatements } from './status-statements';
import { writeLatest } from './write-latest';
import { metricsBody, type MetricsOperation } from './write-operations';
import type { WriteOperation } from './writer-messages';

type Batch = {
  readonly attempt: Attempt;
  readonly operations: readonly WriteOperation[];
  /** Time of the newest heartbeat, if one came. */
  readonly heartbeat: number | null;
  /** A phase to announce as a `status` event. */
  readonly phase: { readonly phase: RunPhase | null; readonly time: number } | null;
  /** Commands up to this id have reached the run. */
  readonly command: { readonly id: number; readonly time: number } | null;
  /** `metrics` among the operations, oldest first, that go into blocks and are no events. */
  readonly backlog: ReadonlySet<WriteOperation>;
};

type EventOperation = Extract<WriteOperation, { type: 'event' | 'metrics' }>;

/** Writes a batch in one transaction, or nothing of it. */
export async function commitOperations(connection: Connection, batch: Batch): Promise<void> {
  const { attempt, operations, backlog } = batch;
  await connection.transaction(async (statements) => {
    await packBacklog(statements, attempt.runId, measuredBy(attempt, backlog));
    await writeLatest(statements, attempt.runId, operations.filter(isMetrics));
    for (const group of groupEvents(operations.filter((operation) => !backlog.has(operation)))) {
      if (Array.isArray(group)) await insertEvents(statements, attempt, group.map(eventRow));
      else await writeOperation(statements, attempt, group);
    }
    await finish(statements, batch);
  });
}

export function isMetrics(operation: WriteOperation): operation is MetricsOperation {
  return operation.type === 'metrics';
}

function measuredBy(attempt: Attempt, operations: ReadonlySet<WriteOperation>): readonly Measured[] {
  return [...operations].filter(isMetrics).map((operation) => ({ ...operation, attempt: attempt.number }));
}

type OtherOperation = Exclude<WriteOperation, EventOperation>;

/** Neighbouring events become one statement. */
function groupEvents(operations: readonly WriteOperation[]): readonly (EventOperation[] | OtherOperation)[] {
  const groups: (EventOperation[] | OtherOperation)[] = [];
  for (const operation of operations) {
    const previous = groups.at(-1);
    if (operation.type !== 'event' && operation.type !== 'metrics') groups.push(operation);
    else if (Array.isArray(previous)) previous.push(operation);
    else groups.push([operation]);
  }
  return groups;
}

type EventCells = { readonly kind: string; readonly time: number; readonly body: string };

function eventRow(operation: EventOperation): EventCells {
  if (operation.type === 'event') return operation;
  return { kind: 'metrics', time: operation.time, body: metricsBody(operation) };
}

async function insertEvents(
  statements: Statements,
  attempt: Attempt,
  events: readonly EventCells[],
): Promise<void> {
  const rows = jsonRows(events.map(({ kind, time, body }) => [kind, time, body]));
  await statements.execute(
    `INSERT INTO "Event" ("runId", "attempt", "kind", "time", "body")
     SELECT ?, ?, json_extract("value", '$[0]'), json_extract("value", '$[1]'), json_extract("value", '$[2]')
     FROM json_each(?)`,
    [attempt.runId, attempt.number, rows],
  );
}

async function writeOperation(
  statements: Statements,
  attempt: Attempt,
  operation: OtherOperation,
): Promise<void> {
  const { runId, number } = attempt;
  const time = new Date(operation.time);
  switch (operation.type) {
    case 'trajectories': {
      const { step, validation, told } = operation;
      await insertTrajectories(statements, attempt, operation);
      if (told === null) return;
      const body = JSON.stringify({ step, ...told, validation });
      await insertEvents(statements, attempt, [{ kind: 'trajectories', time: operation.time, body }]);
      return;
    }
    case 'progress':
      await statements.execute(
        `UPDATE "Run" SET "step" = ?, "phase" = ?, "trainSeconds" = ? WHERE "id" = ? AND "attempt" = ?`,
        [operation.step, operation.phase, operation.trainSeconds, runId, number],
      );
      return;
    case 'checkpoint': {
      const { step, path, bytes, kept } = operation;
      await statements.execute(
        `INSERT INTO "Checkpoint" ("runId", "attempt", "step", "path", "bytes", "createdAt") VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT ("runId", "attempt", "step") DO UPDATE SET "path" = excluded."path", "bytes" = excluded."bytes",
           "createdAt" = excluded."createdAt"`,
        [runId, number, step, path, bytes, time],
      );
      await statements.execute(
        `DELETE FROM "Checkpoint" WHERE "runId" = ? AND "step" NOT IN (SELECT "value" FROM json_each(?))`,
        [runId, JSON.stringify(kept)],
      );
      const body = JSON.stringify({ step, path, bytes });
      await insertEvents(statements, attempt, [{ kind: 'checkpoint', time: operation.time, body }]);
      return;
    }
    case 'status': {
      const { status: to, reason } = operation;
      for (const { sql, args } of statusStatements({ runId, to, reason, time, attempt: number })) {
        await statements.execute(sql, args);
      }
      return;
    }
    case 'reason':
      await tellReason(statements, attempt, operation);
  }
}

async function tellReason(
  statements: Statements,
  { runId, number }: Attempt,
  { time, reason }: { readonly time: number; readonly reason: string | null },
): Promise<void> {
  const condition = `"id" = ? AND "attempt" = ? AND "status" IN (${ACTIVE})`;
  await statements.execute(
    `INSERT INTO "Event" ("runId", "attempt", "kind", "time", "body")
     SELECT "id", "attempt", 'status', ?, json_object('status', "status", 'phase', "phase", 'reason', ?)
     FROM "Run" WHERE ${condition}`,
    [new Date(time), reason, runId, number],
  );
  await statements.execute(`UPDATE "Run" SET "reason" = ? WHERE ${condition}`, [reason, runId, number]);
}

const ACTIVE = RUN_STATUSES.filter(isActive)
  .map((status) => `'${status}'`)
  .join(', ');

async function finish(statements: Statements, batch: Batch): Promise<void> {
  const { runId, number } = batch.attempt;
  const heartbeat = batch.heartbeat === null ? null : new Date(batch.heartbeat);
  if (heartbeat !== null) {
    await statements.execute(`UPDATE "Attempt" SET "heartbeatAt" = ? WHERE "runId" = ? AND "number" = ?`, [
      heartbeat,
      runId,
      number,
    ]);
  }
  if (batch.phase !== null) {
    await statements.execute(
      `INSERT INTO "Event" ("runId", "attempt", "kind", "time", "body")
       SELECT "id", "attempt", 'status', ?, json_object('status', "status", 'phase', ?, 'reason', "reason")
       FROM "Run" WHERE "id" = ? AND "attempt" = ? AND "status" IN (${ACTIVE})`,
      [new Date(batch.phase.time), batch.phase.phase, runId, number],
    );
  }
  if (batch.command !== null) {
    await statements.execute(
      `UPDATE "Command" SET "handledAt" = ? WHERE "runId" = ? AND "id" <= ? AND "handledAt" IS NULL`,
      [new Date(batch.command.time), runId, batch.command.id],
    );
  }
  await keepOwnership(statements, batch.attempt, heartbeat);
}

/** A process that was given up, or overtaken by a later attempt, has lost the right to write: nothing is committed. */
async function keepOwnership(
  statements: Statements,
  attempt: Attempt,
  heartbeat: Date | null,
): Promise<void> {
  const owned = await statements.execute(
    `UPDATE "Run" SET "heartbeatAt" = coalesce(?, "heartbeatAt"),
       "lastSeq" = coalesce((SELECT max("seq") FROM "Event" WHERE "runId" = ?), 0)
     WHERE "id" = ? AND "attempt" = ? AND "status" <> 'lost'`,
    [heartbeat, attempt.runId, attempt.runId, attempt.number],
  );
  if (owned > 0) return;
  throw new AppError(
    'conflict',
    `This process (attempt ${attempt.number}) no longer owns run ${attempt.runId}: the run was given up as lost, or resumed in another process.`,
  );
}
