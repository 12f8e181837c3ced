import { createByteReader, createByteWriter } from './bytes';
import { rowOfPoint, type SeriesRow } from './series-row';

/** First byte of a block; a reader refuses a layout that it does not know. */
const POINTS = 1;
const ROWS = 2;

/**
 * Packs rows column by column: steps, times and counts as differences in variable length, values as they are.
 * Rows that are all single points take about 11 bytes each, others about 40.
 */
export function packRows(rows: readonly SeriesRow[]): Uint8Array<ArrayBuffer> {
  const single = rows.every(({ count }) => count === 1);
  const writer = createByteWriter();
  writer.byte(single ? POINTS : ROWS);
  writer.unsigned(rows.length);
  writer.differences(rows.map(({ minStep }) => minStep));
  writer.differences(rows.map(({ time }) => time));
  writer.doubles(rows.map(({ last }) => last));
  if (single) return writer.bytes();
  for (const row of rows) writer.unsigned(row.maxStep - row.minStep);
  for (const row of rows) writer.unsigned(row.count);
  for (const row of rows) writer.unsigned(row.nans);
  writer.doubles(rows.map(({ min }) => min));
  writer.doubles(rows.map(({ max }) => max));
  writer.doubles(rows.map(({ mean }) => mean));
  return writer.bytes();
}

/** Inverse of `packRows`. Throws a `RangeError` on bytes that it did not write. */
export function unpackRows(bytes: Uint8Array): readonly SeriesRow[] {
  const reader = createByteReader(bytes);
  const layout = reader.byte();
  if (layout !== POINTS && layout !== ROWS)
    throw new RangeError(`Unknown layout ${layout} of a metric block`);
  const length = reader.unsigned();
  const minStep = reader.differences(length);
  const time = reader.differences(length);
  const last = reader.doubles(length);
  if (layout === POINTS) {
    return minStep.map((step, index) =>
      rowOfPoint({ step, time: time[index] ?? 0, value: last[index] ?? NaN }),
    );
  }
  const numbers = (): number[] => Array.from({ length }, () => reader.unsigned());
  const spans = numbers();
  const counts = numbers();
  const nans = numbers();
  const [min, max, mean] = [reader.doubles(length), reader.doubles(length), reader.doubles(length)];
  return minStep.map((step, index) => ({
    minStep: step,
    maxStep: step + (spans[index] ?? 0),
    time: time[index] ?? 0,
    min: min[index] ?? NaN,
    max: max[index] ?? NaN,
    mean: mean[index] ?? NaN,
    last: last[index] ?? NaN,
    count: counts[index] ?? 0,
    nans: nans[index] ?? 0,
  }));
}
