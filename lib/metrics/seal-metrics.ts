import { z } from 'zod';
import type { Connection, Statements } from '@/lib/db/connection';
import type { RunId } from '@/lib/domain/run';
import { growSeries, type Measured } from './grow-series';
import { StoredMetrics, valueOf } from './stored-metrics';

/** Events whose values move into blocks together. */
export const EVENTS_PER_SEAL = 512;
/** Newest events that stay as they are, so that a live page, a little behind, never meets a sealed one. */
export const EVENTS_LEFT_OPEN = 256;

const EventRow = z.tuple([z.coerce.number(), z.number(), z.iso.datetime(), StoredMetrics]);
type EventRow = z.infer<typeof EventRow>;
const CountRow = z.tuple([z.coerce.number()]);

export async function countOpenEvents(connection: Connection, runId: RunId): Promise<number> {
  const [row] = await connection.query(
    CountRow,
    `SELECT count(*) FROM "Event" WHERE "runId" = ? AND "kind" = 'metrics'`,
    [runId],
  );
  return row?.[0] ?? 0;
}

/**
 * Moves the values of a run's oldest `EVENTS_PER_SEAL` metrics events into blocks, and leaves one `sealed` event in
 * their place. One transaction, so that a value is at every moment either in an event or in a block. Returns how many
 * events it took: none while there are fewer.
 */
export function sealMetrics(connection: Connection, runId: RunId): Promise<number> {
  return connection.transaction(async (statements) => {
    const events = await readOldest(statements, runId);
    return events.length < EVENTS_PER_SEAL ? 0 : sealEvents(statements, runId, events);
  });
}

/**
 * Packs what was measured, oldest first, without its ever having been an event: a backlog that nobody watches live.
 * Events that are older are sealed before it. For a transaction of the caller's.
 */
export async function packBacklog(
  statements: Statements,
  runId: RunId,
  measured: readonly Measured[],
): Promise<void> {
  const newest = measured.at(-1);
  if (newest === undefined) return;
  while ((await sealEvents(statements, runId, await readOldest(statements, runId))) > 0);
  await growSeries(statements, runId, measured);
  await statements.execute(
    `INSERT INTO "Event" ("runId", "attempt", "kind", "time", "body") VALUES (?, ?, 'sealed', ?, ?)`,
    [runId, newest.attempt, newest.time, JSON.stringify({ step: newest.step })],
  );
  await statements.execute(
    `UPDATE "Run" SET "sealedSeq" = (SELECT max("seq") FROM "Event" WHERE "runId" = ?) WHERE "id" = ?`,
    [runId, runId],
  );
}

function readOldest(statements: Statements, runId: RunId): Promise<readonly EventRow[]> {
  return statements.query(
    EventRow,
    `SELECT "seq", "attempt", "time", "body" FROM "Event" WHERE "runId" = ? AND "kind" = 'metrics'
     ORDER BY "seq" LIMIT ?`,
    [runId, EVENTS_PER_SEAL],
  );
}

async function sealEvents(
  statements: Statements,
  runId: RunId,
  events: readonly EventRow[],
): Promise<number> {
  const newest = events.at(-1);
  if (newest === undefined) return 0;
  await growSeries(statements, runId, events.map(measuredOf));
  await replaceEvents(statements, runId, newest);
  return events.length;
}

function measuredOf([, attempt, time, { step, values }]: EventRow): Measured {
  return {
    attempt,
    step,
    time: Date.parse(time),
    keys: Object.keys(values),
    values: Object.values(values).map(valueOf),
  };
}

async function replaceEvents(statements: Statements, runId: RunId, newest: EventRow): Promise<void> {
  const [seq, , , { step }] = newest;
  await statements.execute(`DELETE FROM "Event" WHERE "runId" = ? AND "kind" = 'metrics' AND "seq" < ?`, [
    runId,
    seq,
  ]);
  await statements.execute(`UPDATE "Event" SET "kind" = 'sealed', "body" = ? WHERE "seq" = ?`, [
    JSON.stringify({ step }),
    seq,
  ]);
  await statements.execute(`UPDATE "Run" SET "sealedSeq" = ? WHERE "id" = ?`, [seq, runId]);
}
