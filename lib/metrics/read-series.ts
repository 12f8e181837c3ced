import { z } from 'zod';
import type { Database } from '@/lib/db/open-database';
import { unpackRows } from '@/lib/series/pack-rows';
import { BLOCK_ROWS, FAN_OUT, topLevel } from '@/lib/series/pyramid';
import { joinRows, NO_ROWS, type SeriesRows, sliceRows } from '@/lib/series/series-rows';

/** The sealed part of one key of one attempt, and what is wanted of it. */
export type SeriesWindow = {
  readonly id: number;
  /** Sealed points. */
  readonly count: number;
  /** Steps asked for, both included. */
  readonly from: number;
  readonly to: number;
  /** Points of this step and later ones are stale. */
  readonly staleFrom: number;
};

/** Neighbouring rows of one level, the first of which has number `start` there. */
type Stretch = { readonly level: number; readonly start: number; readonly rows: SeriesRows };

/**
 * Rows of each window, in order, on the lowest level that needs at most `maxRows` of them. Goes down the pyramid from
 * its top, all windows together, so that neither the rows read nor the queries grow with the length of the run. Where
 * a row covers both current and stale points, its current points come instead.
 */
export async function readSeries(
  db: Database,
  windows: readonly SeriesWindow[],
  maxRows: number,
): Promise<readonly SeriesRows[]> {
  const readings = windows.map((window) => ({ window, stretches: [topOf(window)] }));
  await fill(db, readings);
  for (;;) {
    for (const reading of readings) descend(reading, maxRows);
    if (readings.every(({ stretches }) => stretches.every(isRead))) break;
    await fill(db, readings);
  }
  return readings.map(({ stretches }) =>
    joinRows(stretches.map((stretch) => (isRead(stretch) ? stretch.rows : NO_ROWS))),
  );
}

/** Rows that are known to be there and have not been read. */
type Unread = { readonly level: number; readonly start: number; readonly end: number };
type Reading = { readonly window: SeriesWindow; stretches: readonly (Stretch | Unread)[] };

function isRead(stretch: Stretch | Unread): stretch is Stretch {
  return 'rows' in stretch;
}

function topOf({ count }: SeriesWindow): Unread {
  return { level: topLevel(count), start: 0, end: BLOCK_ROWS };
}

/** Leaves out the rows that are not wanted, and puts unread children in the place of those that are too coarse. */
function descend(reading: Reading, maxRows: number): void {
  const { window } = reading;
  const kept = reading.stretches.filter(isRead).flatMap((stretch) => stretchesWhere(stretch, isWanted));
  const rows = kept.reduce((sum, stretch) => sum + stretch.rows.length, 0);
  const hasRoom = rows * FAN_OUT <= maxRows;
  reading.stretches = kept.flatMap((stretch) => {
    if (stretch.level === 0) return [stretch];
    if (hasRoom) return [childrenOf(stretch)];
    return cutWhere(stretch, (row, at) => (row.maxStep[at] ?? 0) >= window.staleFrom).map((part) =>
      part.holds ? childrenOf(part.stretch) : part.stretch,
    );
  });

  function isWanted({ minStep, maxStep }: SeriesRows, at: number): boolean {
    const first = minStep[at] ?? 0;
    return (maxStep[at] ?? 0) >= window.from && first <= window.to && first < window.staleFrom;
  }
}

function childrenOf({ level, start, rows }: Stretch): Unread {
  return { level: level - 1, start: start * FAN_OUT, end: (start + rows.length) * FAN_OUT };
}

type RowTest = (rows: SeriesRows, at: number) => boolean;

function stretchesWhere(stretch: Stretch, test: RowTest): readonly Stretch[] {
  return cutWhere(stretch, test).flatMap((part) => (part.holds ? [part.stretch] : []));
}

/** Cuts a stretch wherever the test begins or ceases to hold. */
function cutWhere(
  { level, start, rows }: Stretch,
  test: RowTest,
): readonly { readonly holds: boolean; readonly stretch: Stretch }[] {
  const parts: { readonly holds: boolean; readonly stretch: Stretch }[] = [];
  for (let from = 0; from < rows.length;) {
    const holds = test(rows, from);
    let to = from + 1;
    while (to < rows.length && test(rows, to) === holds) to += 1;
    parts.push({ holds, stretch: { level, start: start + from, rows: sliceRows(rows, from, to) } });
    from = to;
  }
  return parts;
}

/** Reads what is unread, in one query for all. */
async function fill(db: Database, readings: readonly Reading[]): Promise<void> {
  const wanted = readings.flatMap(({ window, stretches }) =>
    stretches.flatMap((stretch) =>
      isRead(stretch) ? [] : blocksOf(stretch).map((place) => [window.id, ...place]),
    ),
  );
  const blocks = await readBlocks(db, wanted);
  for (const reading of readings) {
    reading.stretches = reading.stretches.map((stretch) => {
      if (isRead(stretch)) return stretch;
      const parts = blocksOf(stretch).map(([level, index]) => {
        const rows = blocks.get(nameOf(reading.window.id, level, index)) ?? NO_ROWS;
        const first = index * BLOCK_ROWS;
        return sliceRows(rows, Math.max(0, stretch.start - first), Math.max(0, stretch.end - first));
      });
      return { level: stretch.level, start: stretch.start, rows: joinRows(parts) };
    });
  }
}

function blocksOf({ level, start, end }: Unread): readonly (readonly [level: number, index: number])[] {
  const first = Math.floor(start / BLOCK_ROWS);
  const last = Math.floor((end - 1) / BLOCK_ROWS);
  return Array.from({ length: last - first + 1 }, (_, at) => [level, first + at] as const);
}

function nameOf(seriesId: number, level: number, index: number): string {
  return `${seriesId}/${level}/${index}`;
}

const BlockRow = z.object({
  seriesId: z.coerce.number(),
  level: z.coerce.number(),
  index: z.coerce.number(),
  data: z.instanceof(Uint8Array),
});

async function readBlocks(
  db: Database,
  places: readonly (readonly number[])[],
): Promise<ReadonlyMap<string, SeriesRows>> {
  if (places.length === 0) return new Map();
  const stored = await db.$queryRawUnsafe(
    `SELECT b."seriesId", b."level", b."index", b."data" FROM json_each(?) w JOIN "MetricBlock" b
       ON b."seriesId" = json_extract(w."value", '$[0]') AND b."level" = json_extract(w."value", '$[1]')
       AND b."index" = json_extract(w."value", '$[2]')`,
    JSON.stringify(places),
  );
  const rows = z.array(BlockRow).parse(stored);
  return new Map(
    rows.map(({ seriesId, level, index, data }) => [nameOf(seriesId, level, index), unpackRows(data)]),
  );
}
