import type { Database } from '@/lib/db/open-database';
import type { RunId } from '@/lib/domain/run';

/** Ids of the advisories that somebody muted for a run. */
export async function readMutes(db: Database, id: RunId): Promise<readonly string[]> {
  const rows = await db.advisoryMute.findMany({ where: { runId: id }, orderBy: { advisory: 'asc' } });
  return rows.map(({ advisory }) => advisory);
}

/** Doing it again changes nothing; the time of the first stands. */
export async function writeMute(
  db: Database,
  id: RunId,
  change: { readonly advisory: string; readonly muted: boolean; readonly time: Date },
): Promise<void> {
  const key = { runId: id, advisory: change.advisory };
  if (!change.muted) {
    await db.advisoryMute.deleteMany({ where: key });
    return;
  }
  const create = { ...key, mutedAt: change.time };
  await db.advisoryMute.upsert({ where: { runId_advisory: key }, create, update: {} });
}
