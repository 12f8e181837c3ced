import { mergeRows, type SeriesRows } from './series-rows';

/**
 * Merges neighbours until at most `maxRows` rows (and one for the rest) are left, each of about equally many points.
 * Gives the rows back as they are when they are few enough.
 */
export function thinRows(rows: SeriesRows, maxRows: number): SeriesRows {
  if (rows.length <= maxRows) return rows;
  const target = Math.ceil(rows.count.reduce((sum, count) => sum + count, 0) / Math.max(1, maxRows));
  const ends: number[] = [];
  let points = 0;
  rows.count.forEach((count, at) => {
    points += count;
    if (points < target && at < rows.length - 1) return;
    ends.push(at + 1);
    points = 0;
  });
  return mergeRows(rows, ends);
}
