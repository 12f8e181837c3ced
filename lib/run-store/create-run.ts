import type { Database } from '@/lib/db/open-database';
import type { Run } from '@/lib/domain/run';
import { Prisma } from '@/prisma/generated/client';
import { insertConfig } from './insert-config';
import { packSnapshot } from './recipe-snapshot';
import { runOf } from './run-rows';
import type { NewRun } from './run-store';

const DUPLICATE = 'P2002';

/** Stores a run as `queued`; the same idempotency key again gives the run that it made the first time. */
export async function createRun(db: Database, run: NewRun, time: Date): Promise<Run> {
  const { snapshot, ...columns } = run;
  const body = JSON.stringify({ status: 'queued', phase: null, reason: null });
  const data = {
    ...columns,
    overrides: JSON.stringify(snapshot.overrides),
    rehearsal: snapshot.rehearsal?.protocol ?? null,
    status: 'queued',
    createdAt: time,
    snapshot: { create: { data: await packSnapshot(snapshot) } },
    events: { create: { attempt: 0, kind: 'status', time, body } },
  };
  const key = { idempotencyKey: run.idempotencyKey };
  try {
    await db.$transaction([
      db.run.create({ data }),
      db.$executeRaw`UPDATE "Run" SET "lastSeq" = (SELECT max("seq") FROM "Event" WHERE "runId" = "Run"."id")
        WHERE "idempotencyKey" = ${run.idempotencyKey}`,
      insertConfig(db, run.idempotencyKey, snapshot.resolved),
    ]);
  } catch (error) {
    if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== DUPLICATE) throw error;
  }
  return runOf(await db.run.findUniqueOrThrow({ where: key }));
}
