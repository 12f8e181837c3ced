import { mergeRows, type SeriesRow } from './series-row';

/**
 * Merges neighbours until at most `maxRows` rows (and one for the rest) are left, each of about equally many points.
 * Gives the rows back as they are when they are few enough.
 */
export function thinRows(rows: readonly SeriesRow[], maxRows: number): readonly SeriesRow[] {
  if (rows.length <= maxRows) return rows;
  const points = rows.reduce((sum, { count }) => sum + count, 0);
  const target = Math.ceil(points / Math.max(1, maxRows));
  const thinned: SeriesRow[] = [];
  let group: SeriesRow[] = [];
  let count = 0;
  for (const row of rows) {
    group.push(row);
    count += row.count;
    if (count < target) continue;
    thinned.push(mergeRows(group));
    group = [];
    count = 0;
  }
  if (group.length > 0) thinned.push(mergeRows(group));
  return thinned;
}
