import { z } from 'zod';
import type { Connection, Statements } from '@/lib/db/connection';
import { jsonRows } from '@/lib/db/storable-text';
import type { RunId } from '@/lib/domain/run';
import { packRows, unpackRows } from '@/lib/series/pack-rows';
import { appendToPyramid, type SeriesBlock, tailBlocks } from '@/lib/series/pyramid';
import { mergeRows, rowOfPoint, type SeriesRow } from '@/lib/series/series-row';
import { StoredMetrics, valueOf } from './stored-metrics';

/** Events whose values move into blocks together. */
export const EVENTS_PER_SEAL = 512;
/** Newest events that stay as they are, so that a live page, a little behind, never meets a sealed one. */
export const EVENTS_LEFT_OPEN = 256;

const EventRow = z.tuple([z.coerce.number(), z.number(), z.iso.datetime(), StoredMetrics]);
type EventRow = z.infer<typeof EventRow>;
const SeriesIdRow = z.tuple([z.number(), z.number(), z.string(), z.number()]);
const BlockRow = z.tuple([z.number(), z.number(), z.number(), z.instanceof(Uint8Array)]);
const CountRow = z.tuple([z.coerce.number()]);

/** New values of one key of one attempt. */
type Growth = {
  readonly attempt: number;
  readonly key: string;
  readonly rows: SeriesRow[];
};
type GrowingSeries = Growth & { readonly id: number; readonly count: number };

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
    const events = await statements.query(
      EventRow,
      `SELECT "seq", "attempt", "time", "body" FROM "Event" WHERE "runId" = ? AND "kind" = 'metrics'
       ORDER BY "seq" LIMIT ?`,
      [runId, EVENTS_PER_SEAL],
    );
    const newest = events.at(-1);
    if (newest === undefined || events.length < EVENTS_PER_SEAL) return 0;
    const series = await growSeries(statements, runId, growthOf(events));
    const tails = await readTails(statements, series);
    await writeBlocks(
      statements,
      series.flatMap(({ id, count, rows }) =>
        appendToPyramid(count, tails.get(id) ?? [], rows).map((block) => ({ id, block })),
      ),
    );
    await replaceEvents(statements, runId, newest);
    return events.length;
  });
}

function growthOf(events: readonly EventRow[]): readonly Growth[] {
  const growths = new Map<string, Growth>();
  for (const [, attempt, iso, { step, values }] of events) {
    const time = Date.parse(iso);
    for (const [key, value] of Object.entries(values)) {
      const name = `${attempt}/${key}`;
      const growth = growths.get(name) ?? { attempt, key, rows: [] };
      growth.rows.push(rowOfPoint({ step, time, value: valueOf(value) }));
      growths.set(name, growth);
    }
  }
  return [...growths.values()];
}

/** Writes what is known of each series after the growth; returns them with their counts from before. */
async function growSeries(
  statements: Statements,
  runId: RunId,
  growths: readonly Growth[],
): Promise<readonly GrowingSeries[]> {
  const rows = growths.map(({ attempt, key, rows: added }) => {
    const { count, minStep, maxStep, last } = mergeRows(added);
    return [attempt, key, count, minStep, maxStep, String(last)];
  });
  await statements.execute(
    `INSERT INTO "MetricSeries" ("runId", "attempt", "key", "count", "firstStep", "lastStep", "last")
     SELECT ?, json_extract("value", '$[0]'), json_extract("value", '$[1]'), json_extract("value", '$[2]'),
       json_extract("value", '$[3]'), json_extract("value", '$[4]'), json_extract("value", '$[5]')
     FROM json_each(?) WHERE true
     ON CONFLICT ("runId", "key", "attempt") DO UPDATE SET
       "count" = "MetricSeries"."count" + excluded."count",
       "firstStep" = min("MetricSeries"."firstStep", excluded."firstStep"),
       "lastStep" = max("MetricSeries"."lastStep", excluded."lastStep"),
       "last" = excluded."last"`,
    [runId, jsonRows(rows)],
  );
  const stored = await statements.query(
    SeriesIdRow,
    `SELECT "id", "attempt", "key", "count" FROM "MetricSeries" WHERE "runId" = ?`,
    [runId],
  );
  const byName = new Map(stored.map(([id, attempt, key, count]) => [`${attempt}/${key}`, { id, count }]));
  return growths.map((growth) => {
    const found = byName.get(`${growth.attempt}/${growth.key}`);
    if (found === undefined) throw new Error(`The series ${growth.key} of run ${runId} was not written`);
    return { ...growth, id: found.id, count: found.count - growth.rows.length };
  });
}

async function readTails(
  statements: Statements,
  series: readonly GrowingSeries[],
): Promise<ReadonlyMap<number, readonly SeriesBlock[]>> {
  const wanted = series.flatMap(({ id, count }) =>
    tailBlocks(count).map(({ level, index }) => [id, level, index]),
  );
  const stored = await statements.query(
    BlockRow,
    `SELECT b."seriesId", b."level", b."index", b."data" FROM json_each(?) w JOIN "MetricBlock" b
       ON b."seriesId" = json_extract(w."value", '$[0]') AND b."level" = json_extract(w."value", '$[1]')
       AND b."index" = json_extract(w."value", '$[2]')`,
    [jsonRows(wanted)],
  );
  const tails = new Map<number, SeriesBlock[]>();
  for (const [id, level, index, data] of stored) {
    const blocks = tails.get(id) ?? [];
    blocks.push({ level, index, rows: unpackRows(data) });
    tails.set(id, blocks);
  }
  return tails;
}

/** Five arguments each, well below SQLite's 32,766 per statement. */
const BLOCKS_PER_STATEMENT = 500;

async function writeBlocks(
  statements: Statements,
  blocks: readonly { readonly id: number; readonly block: SeriesBlock }[],
): Promise<void> {
  for (let at = 0; at < blocks.length; at += BLOCKS_PER_STATEMENT) {
    const chunk = blocks.slice(at, at + BLOCKS_PER_STATEMENT);
    await statements.execute(
      `INSERT INTO "MetricBlock" ("seriesId", "level", "index", "rows", "data")
       VALUES ${chunk.map(() => '(?, ?, ?, ?, ?)').join(', ')}
       ON CONFLICT ("seriesId", "level", "index") DO UPDATE SET "rows" = excluded."rows", "data" = excluded."data"`,
      chunk.flatMap(({ id, block }) => [
        id,
        block.level,
        block.index,
        block.rows.length,
        packRows(block.rows),
      ]),
    );
  }
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
