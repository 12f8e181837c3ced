import { joinRows, mergeRows, NO_ROWS, type SeriesRows, sliceRows } from './series-rows';

/** Rows of a level that one row of the next covers. */
export const FAN_OUT = 16;
/** Rows per block; a multiple of `FAN_OUT`, so that the children of a row lie in one block. */
export const BLOCK_ROWS = 512;

export type SeriesBlock = {
  readonly level: number;
  readonly index: number;
  readonly rows: SeriesRows;
};

/** Highest level of a series: the lowest one that fits in a single block. */
export function topLevel(points: number): number {
  let level = 0;
  while (rowsAt(level, points) > BLOCK_ROWS) level += 1;
  return level;
}

/** Rows of a level once a series has so many points; the last one may cover fewer points than the others. */
export function rowsAt(level: number, points: number): number {
  return Math.ceil(points / FAN_OUT ** level);
}

/** The block of each level that holds the level's last row: what `appendToPyramid` needs to go on. */
export function tailBlocks(points: number): readonly { readonly level: number; readonly index: number }[] {
  if (points === 0) return [];
  return Array.from({ length: topLevel(points) + 1 }, (_, level) => ({
    level,
    index: Math.floor((rowsAt(level, points) - 1) / BLOCK_ROWS),
  }));
}

/**
 * Adds points to a series that has `points` of them. `tail` holds the blocks named by `tailBlocks(points)`.
 * Returns the blocks that are new or have changed.
 */
export function appendToPyramid(
  points: number,
  tail: readonly SeriesBlock[],
  added: SeriesRows,
): readonly SeriesBlock[] {
  const total = points + added.length;
  const blocks: SeriesBlock[] = [];
  let children: Stretch = extend(stretchOf(tail, 0), points, added);
  blocks.push(...cut(children, 0));
  for (let level = 1; level <= topLevel(total); level += 1) {
    // The last row may have been partial: it is made again from its children.
    const firstChanged = level <= topLevel(points) ? Math.floor(points / FAN_OUT ** level) : 0;
    const parents = parentsOf(children, firstChanged);
    children = extend(stretchOf(tail, level), firstChanged, parents);
    blocks.push(...cut(children, level));
  }
  return blocks;
}

/** Consecutive rows of a level, from the start of a block on. */
type Stretch = { readonly start: number; readonly rows: SeriesRows };

function stretchOf(tail: readonly SeriesBlock[], level: number): Stretch {
  const block = tail.find((candidate) => candidate.level === level);
  return block === undefined
    ? { start: 0, rows: NO_ROWS }
    : { start: block.index * BLOCK_ROWS, rows: block.rows };
}

/** Replaces what stands from row number `from` on. */
function extend({ start, rows }: Stretch, from: number, added: SeriesRows): Stretch {
  if (from < start || from > start + rows.length)
    throw new RangeError('The tail blocks do not fit the series');
  return { start, rows: joinRows([sliceRows(rows, 0, from - start), added]) };
}

function parentsOf({ start, rows }: Stretch, firstParent: number): SeriesRows {
  const children = sliceRows(rows, firstParent * FAN_OUT - start);
  const parents = Math.ceil(children.length / FAN_OUT);
  return mergeRows(
    children,
    Array.from({ length: parents }, (_, at) => Math.min((at + 1) * FAN_OUT, children.length)),
  );
}

function cut({ start, rows }: Stretch, level: number): readonly SeriesBlock[] {
  const blocks: SeriesBlock[] = [];
  for (let at = 0; at < rows.length; at += BLOCK_ROWS) {
    blocks.push({ level, index: (start + at) / BLOCK_ROWS, rows: sliceRows(rows, at, at + BLOCK_ROWS) });
  }
  return blocks;
}
