import type { Database } from '@/lib/db/open-database';
import { storableText } from '@/lib/db/storable-text';
import { isActive, RUN_STATUSES, type RunId } from '@/lib/domain/run';
import type { RunAnnotation } from '@/lib/domain/run-annotation';
import { AppError } from '@/lib/shared/app-error';

const ACTIVE = ['queued', ...RUN_STATUSES.filter(isActive)];

/** Writes what somebody says of runs, all or nothing. */
export async function annotateRuns(
  db: Database,
  {
    ids,
    change,
    time,
  }: { readonly ids: readonly RunId[]; readonly change: RunAnnotation; readonly time: Date },
): Promise<void> {
  const where = { id: { in: [...ids] } };
  if (change.isDeleted === true) await refuseActive(db, ids);
  const { name, notes, isPinned, isArchived, isDeleted } = change;
  const data = {
    ...(name === undefined ? {} : { name: storableText(name) }),
    ...(notes === undefined ? {} : { notes: storableText(notes) }),
    ...(isPinned === undefined ? {} : { pinnedAt: isPinned ? time : null }),
    ...(isArchived === undefined ? {} : { archivedAt: isArchived ? time : null }),
    ...(isDeleted === undefined ? {} : { deletedAt: isDeleted ? time : null }),
  };
  await db.$transaction([db.run.updateMany({ where, data }), ...tagStatements(db, ids, change)]);
}

async function refuseActive(db: Database, ids: readonly RunId[]): Promise<void> {
  const active = await db.run.findFirst({ where: { id: { in: [...ids] }, status: { in: ACTIVE } } });
  if (active === null) return;
  throw new AppError(
    'conflict',
    `Run ${active.id} is ${active.status}: stop it first, then delete it. Nothing was deleted.`,
  );
}

/** Tags are a set: in the order in which they came, none twice. */
function tagStatements(
  db: Database,
  ids: readonly RunId[],
  { addTags = [], removeTags = [] }: RunAnnotation,
) {
  if (addTags.length === 0 && removeTags.length === 0) return [];
  const added = JSON.stringify(addTags.map(storableText));
  const removed = JSON.stringify(removeTags.map(storableText));
  return [
    db.$executeRaw`UPDATE "Run" SET "tags" = (
        SELECT coalesce(json_group_array("value"), '[]') FROM (
          SELECT "value", min("place") AS "first" FROM (
            SELECT "value", "key" AS "place" FROM json_each("Run"."tags")
            UNION ALL SELECT "value", 1000 + "key" FROM json_each(${added}))
          WHERE "value" NOT IN (SELECT "value" FROM json_each(${removed}))
          GROUP BY "value" ORDER BY "first"))
      WHERE "id" IN (SELECT "value" FROM json_each(${JSON.stringify(ids)}))`,
  ];
}
