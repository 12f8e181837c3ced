import { z } from 'zod';
import type { Database } from '@/lib/db/open-database';

const Names = z.array(z.object({ name: z.string().nullable() }));

/** Names that may become columns. Each walks an index from name to name, whatever the number of runs. */
export async function readColumns(
  db: Database,
): Promise<{ readonly metrics: readonly string[]; readonly config: readonly string[] }> {
  const [metrics, paths] = await Promise.all([
    namesOf(db, 'RunMetric', 'key'),
    namesOf(db, 'RunConfig', 'path'),
  ]);
  return { metrics, config: paths };
}

async function namesOf(db: Database, table: string, column: string): Promise<readonly string[]> {
  const found = await db.$queryRawUnsafe(
    `WITH RECURSIVE t("name") AS (
       SELECT min("${column}") FROM "${table}"
       UNION ALL
       SELECT (SELECT min("${column}") FROM "${table}" WHERE "${column}" > t."name") FROM t WHERE t."name" IS NOT NULL
     ) SELECT "name" FROM t WHERE "name" IS NOT NULL`,
  );
  return Names.parse(found).flatMap(({ name }) => (name === null ? [] : [name]));
}
