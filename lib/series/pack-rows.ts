import { createByteReader, createByteWriter } from './bytes';
import { rowsOfPoints, type SeriesRows } from './series-rows';

/** First byte of a block; a reader refuses a layout that it does not know. */
const POINTS = 1;
const ROWS = 2;

/**
 * Packs rows column by column: steps, times and counts as differences in variable length, values as they are.
 * Rows that are all single points take about 11 bytes each, others about 40.
 */
export function packRows(rows: SeriesRows): Uint8Array<ArrayBuffer> {
  const single = rows.count.every((count) => count === 1);
  const writer = createByteWriter();
  writer.byte(single ? POINTS : ROWS);
  writer.unsigned(rows.length);
  writer.differences(rows.minStep);
  writer.differences(rows.time);
  writer.doubles(rows.last);
  if (single) return writer.bytes();
  rows.maxStep.forEach((step, at) => writer.unsigned(step - (rows.minStep[at] ?? NaN)));
  rows.count.forEach((count) => writer.unsigned(count));
  rows.nans.forEach((count) => writer.unsigned(count));
  writer.doubles(rows.min);
  writer.doubles(rows.max);
  writer.doubles(rows.mean);
  return writer.bytes();
}

/** Inverse of `packRows`. Throws a `RangeError` on bytes that it did not write. */
export function unpackRows(bytes: Uint8Array): SeriesRows {
  const reader = createByteReader(bytes);
  const layout = reader.byte();
  if (layout !== POINTS && layout !== ROWS)
    throw new RangeError(`Unknown layout ${layout} of a metric block`);
  const length = reader.unsigned();
  if (length > bytes.length) throw new RangeError(`${length} rows do not fit into ${bytes.length} bytes`);
  const minStep = reader.differences(length);
  const time = reader.differences(length);
  const last = reader.doubles(length);
  if (layout === POINTS) return rowsOfPoints({ step: minStep, time, value: last });
  const maxStep = minStep.map((step) => step + reader.unsigned());
  const numbers = (): Float64Array => new Float64Array(length).map(() => reader.unsigned());
  const [count, nans] = [numbers(), numbers()];
  const [min, max, mean] = [reader.doubles(length), reader.doubles(length), reader.doubles(length)];
  return { length, minStep, maxStep, time, min, max, mean, last, count, nans };
}
