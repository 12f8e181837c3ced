import type { Database } from '@/lib/db/open-database';
import type { RunId } from '@/lib/domain/run';

/** More than this of one script is noise; the newest lines stay. */
const MAX_LINES = 200;
const MAX_LINE_CHARACTERS = 4_000;

/** Stores log lines of a run that has no process yet. */
export async function appendLog(
  db: Database,
  runId: RunId,
  {
    source,
    lines,
    time,
  }: { readonly source: string; readonly lines: readonly string[]; readonly time: Date },
): Promise<void> {
  if (lines.length === 0) return;
  const { attempt } = await db.run.findUniqueOrThrow({ where: { id: runId }, select: { attempt: true } });
  const data = lines.slice(-MAX_LINES).map((line) => {
    const message = line.slice(0, MAX_LINE_CHARACTERS);
    return { runId, attempt, kind: 'log', time, body: JSON.stringify({ level: 'info', source, message }) };
  });
  await db.$transaction([
    db.event.createMany({ data }),
    db.$executeRaw`UPDATE "Run" SET "lastSeq" = (SELECT max("seq") FROM "Event" WHERE "runId" = "Run"."id") WHERE "id" = ${runId}`,
  ]);
}
