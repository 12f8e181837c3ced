import { jsonRows } from '@/lib/db/storable-text';
import type { Database } from '@/lib/db/open-database';
import { configLeaves } from '@/lib/insight/config-leaves';

/** Texts longer than this are no value to filter or group by. */
const MAX_VALUE = 500;

/** A statement that writes the leaves of a run's resolved configuration, unless they stand there. */
export function insertConfig(db: Database, idempotencyKey: string, resolved: unknown) {
  const rows = configLeaves(resolved).map(([path, value]) => [
    path,
    value.slice(0, MAX_VALUE),
    numberOf(value),
  ]);
  return db.$executeRaw`
    INSERT OR IGNORE INTO "RunConfig" ("path", "runId", "value", "number")
    SELECT json_extract("value", '$[0]'), (SELECT "id" FROM "Run" WHERE "idempotencyKey" = ${idempotencyKey}),
      json_extract("value", '$[1]'), json_extract("value", '$[2]')
    FROM json_each(${jsonRows(rows)})`;
}

function numberOf(json: string): number | null {
  const number = /^-?\d/.test(json) ? Number(json) : NaN;
  return Number.isFinite(number) ? number : null;
}
