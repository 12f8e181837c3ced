import { z } from 'zod';
import type { Statements } from '@/lib/db/connection';
import { jsonRows } from '@/lib/db/storable-text';
import type { RunId } from '@/lib/domain/run';
import { packRows, unpackRows } from '@/lib/series/pack-rows';
import { appendToPyramid, type SeriesBlock, tailBlocks } from '@/lib/series/pyramid';
import { mergeRows, rowsOfPoints, type SeriesRows } from '@/lib/series/series-rows';

/** Values of several keys that were measured together. */
export type Measured = {
  readonly attempt: number;
  readonly step: number;
  /** Unix milliseconds. */
  readonly time: number;
  readonly keys: readonly string[];
  /** One per key. */
  readonly values: ArrayLike<number>;
};

const SeriesIdRow = z.tuple([z.number(), z.number(), z.string(), z.number()]);
const BlockRow = z.tuple([z.number(), z.number(), z.number(), z.instanceof(Uint8Array)]);

/** New values of one key of one attempt. */
type Growth = { readonly attempt: number; readonly key: string; readonly rows: SeriesRows };
type GrowingSeries = Growth & { readonly id: number; readonly count: number };

/** Adds to the series of a run what was measured, oldest first: their blocks, and what is known of each. */
export async function growSeries(
  statements: Statements,
  runId: RunId,
  measured: readonly Measured[],
): Promise<void> {
  const series = await updateSeries(statements, runId, growthOf(measured));
  const tails = await readTails(statements, series);
  await writeBlocks(
    statements,
    series.flatMap(({ id, count, rows }) =>
      appendToPyramid(count, tails.get(id) ?? [], rows).map((block) => ({ id, block })),
    ),
  );
}

type Columns = { readonly step: number[]; readonly time: number[]; readonly value: number[] };

function growthOf(measured: readonly Measured[]): readonly Growth[] {
  const attempts = new Map<number, Map<string, Columns>>();
  for (const { attempt, step, time, keys, values } of measured) {
    const columns = attempts.get(attempt) ?? new Map<string, Columns>();
    attempts.set(attempt, columns);
    keys.forEach((key, at) => {
      let column = columns.get(key);
      if (column === undefined) columns.set(key, (column = { step: [], time: [], value: [] }));
      column.step.push(step);
      column.time.push(time);
      column.value.push(values[at] ?? NaN);
    });
  }
  return [...attempts].flatMap(([attempt, columns]) =>
    [...columns].map(([key, column]) => ({ attempt, key, rows: rowsOfPoints(column) })),
  );
}

/** Writes what is known of each series after the growth; returns them with their counts from before. */
async function updateSeries(
  statements: Statements,
  runId: RunId,
  growths: readonly Growth[],
): Promise<readonly GrowingSeries[]> {
  const rows = growths.map(({ attempt, key, rows: added }) => {
    const { count, minStep, maxStep, last } = mergeRows(added, [added.length]);
    return [attempt, key, count[0] ?? 0, minStep[0] ?? 0, maxStep[0] ?? 0, String(last[0])];
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
