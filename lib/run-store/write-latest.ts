import type { Statements } from '@/lib/db/connection';
import { jsonRows } from '@/lib/db/storable-text';
import { MetricsBody } from '@/lib/domain/run-event';

const Body = MetricsBody.omit({ kind: true });

/** Keeps the newest value of each metric of a batch of `metrics` events; bodies are JSON texts, oldest first. */
export async function writeLatest(
  statements: Statements,
  runId: number,
  bodies: readonly string[],
): Promise<void> {
  const latest = new Map<string, readonly [step: number, value: number]>();
  for (const body of bodies) {
    const { step, values } = Body.parse(JSON.parse(body));
    for (const [key, value] of Object.entries(values)) latest.set(key, [step, value]);
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
