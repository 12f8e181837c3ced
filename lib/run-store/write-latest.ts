import type { Statements } from '@/lib/db/connection';
import { jsonRows } from '@/lib/db/storable-text';
import type { MetricsOperation } from './write-operations';

/** Keeps the newest value of each metric of a batch of `metrics` events, oldest first. */
export async function writeLatest(
  statements: Statements,
  runId: number,
  metrics: readonly MetricsOperation[],
): Promise<void> {
  const latest = new Map<string, readonly [step: number, value: number]>();
  for (const { step, keys, values } of metrics.toReversed()) {
    keys.forEach((key, at) => {
      if (!latest.has(key)) latest.set(key, [step, values[at] ?? NaN]);
    });
  }
  if (latest.size === 0) return;
  const rows = [...latest].map(([key, [step, value]]) => [key, step, Number.isFinite(value) ? value : null]);
  await statements.execute(
    `INSERT INTO "RunMetric" ("key", "runId", "step", "value")
     SELECT json_extract("value", '$[0]'), ?, json_extract("value", '$[1]'), json_extract("value", '$[2]')
     FROM json_each(?) WHERE TRUE
     ON CONFLICT ("key", "runId") DO UPDATE SET "step" = excluded."step", "value" = excluded."value"`,
    [runId, jsonRows(rows)],
  );
}
