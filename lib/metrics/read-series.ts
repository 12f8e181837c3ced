import type { Database } from '@/lib/db/open-database';
import { unpackRows } from '@/lib/series/pack-rows';
import { BLOCK_ROWS, FAN_OUT, topLevel } from '@/lib/series/pyramid';
import type { SeriesRow } from '@/lib/series/series-row';

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

type PlacedRow = { readonly level: number; readonly index: number; readonly row: SeriesRow };

/** Placeholders per query; SQLite's limit on the depth of an OR is a thousand. */
const BLOCKS_PER_QUERY = 200;

/**
 * Rows of each window, in order, on the lowest level that needs at most `maxRows` of them. Goes down the pyramid from
 * its top, all windows together, so that neither the rows read nor the queries grow with the length of the run. Where
 * a row covers both current and stale points, its current points come instead.
 */
export async function readSeries(
  db: Database,
  windows: readonly SeriesWindow[],
  maxRows: number,
): Promise<readonly (readonly SeriesRow[])[]> {
  const tops = windows.map(({ id, count }) => ({ seriesId: id, level: topLevel(count), index: 0 }));
  const topBlocks = await readBlocks(db, tops);
  let found = tops.map((place) => topBlocks.get(nameOf(place)) ?? []);
  for (;;) {
    const kept = found.map((rows, at) => rows.filter(({ row }) => overlaps(row, windows[at])));
    const toSplit = kept.map((rows, at) => rowsToSplit(rows, windows[at], maxRows));
    if (toSplit.every((rows) => rows.length === 0)) return kept.map((rows) => rows.map(({ row }) => row));
    const parents = toSplit.map((rows, at) => ({ id: windows[at]?.id ?? 0, rows }));
    const children = await readChildren(db, parents);
    found = kept.map((rows, at) => replaceRows(rows, toSplit[at] ?? [], children[at] ?? []));
  }
}

function overlaps({ minStep, maxStep }: SeriesRow, window: SeriesWindow | undefined): boolean {
  if (window === undefined) return false;
  return maxStep >= window.from && minStep <= window.to && minStep < window.staleFrom;
}

/** Those that cover stale points too, or all while there is room for their children. */
function rowsToSplit(
  rows: readonly PlacedRow[],
  window: SeriesWindow | undefined,
  maxRows: number,
): readonly PlacedRow[] {
  const hasRoom = rows.length * FAN_OUT <= maxRows;
  const stale = window?.staleFrom ?? Infinity;
  return rows.filter(({ level, row }) => level > 0 && (hasRoom || row.maxStep >= stale));
}

function replaceRows(
  rows: readonly PlacedRow[],
  parents: readonly PlacedRow[],
  children: readonly (readonly PlacedRow[])[],
): readonly PlacedRow[] {
  const childrenOf = new Map(parents.map((parent, at) => [parent, children[at] ?? []]));
  return rows.flatMap((row) => childrenOf.get(row) ?? [row]);
}

/** Per series and per parent, the rows one level below that it covers. */
async function readChildren(
  db: Database,
  series: readonly { readonly id: number; readonly rows: readonly PlacedRow[] }[],
): Promise<readonly (readonly (readonly PlacedRow[])[])[]> {
  const blockOf = (id: number, { level, index }: PlacedRow): BlockPlace => ({
    seriesId: id,
    level: level - 1,
    index: Math.floor((index * FAN_OUT) / BLOCK_ROWS),
  });
  const blocks = await readBlocks(
    db,
    series.flatMap(({ id, rows }) => rows.map((row) => blockOf(id, row))),
  );
  return series.map(({ id, rows }) =>
    rows.map((parent) => {
      const place = blockOf(id, parent);
      const start = parent.index * FAN_OUT - place.index * BLOCK_ROWS;
      return blocks.get(nameOf(place))?.slice(start, start + FAN_OUT) ?? [];
    }),
  );
}

type BlockPlace = { readonly seriesId: number; readonly level: number; readonly index: number };

function nameOf({ seriesId, level, index }: BlockPlace): string {
  return `${seriesId}/${level}/${index}`;
}

async function readBlocks(
  db: Database,
  places: readonly BlockPlace[],
): Promise<ReadonlyMap<string, readonly PlacedRow[]>> {
  const wanted = [...new Map(places.map((place) => [nameOf(place), place])).values()];
  const blocks = new Map<string, readonly PlacedRow[]>();
  for (let at = 0; at < wanted.length; at += BLOCKS_PER_QUERY) {
    const stored = await db.metricBlock.findMany({ where: { OR: wanted.slice(at, at + BLOCKS_PER_QUERY) } });
    for (const { data, ...place } of stored) {
      const first = place.index * BLOCK_ROWS;
      const rows = unpackRows(data).map((row, offset) => ({
        level: place.level,
        index: first + offset,
        row,
      }));
      blocks.set(nameOf(place), rows);
    }
  }
  return blocks;
}
