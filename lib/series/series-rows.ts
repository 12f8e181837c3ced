/**
 * Rows of a series by column, all of one length. A row is one measured point, or neighbouring points taken together.
 * Columns instead of objects: a store of millions of points makes none of its garbage here. Not to be written to.
 */
export type SeriesRows = {
  readonly length: number;
  /** 0-based steps. */
  readonly minStep: Float64Array;
  readonly maxStep: Float64Array;
  /** Of the row's last point, whole Unix milliseconds. */
  readonly time: Float64Array;
  /** Extremes and mean leave NaN out; they are NaN where all points are. */
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly mean: Float64Array;
  /** The last point's value, NaN or not. */
  readonly last: Float64Array;
  /** Points in the row, NaN included. */
  readonly count: Float64Array;
  readonly nans: Float64Array;
};

/** Points as they were measured. */
export type SeriesPoints = {
  readonly step: ArrayLike<number>;
  /** Whole Unix milliseconds. */
  readonly time: ArrayLike<number>;
  readonly value: ArrayLike<number>;
};

const COLUMNS = ['minStep', 'maxStep', 'time', 'min', 'max', 'mean', 'last', 'count', 'nans'] as const;

export function rowsOfPoints({ step, time, value }: SeriesPoints): SeriesRows {
  const [steps, values] = [doublesOf(step), doublesOf(value)];
  return {
    length: values.length,
    minStep: steps,
    maxStep: steps,
    time: doublesOf(time),
    min: values,
    max: values,
    mean: values,
    last: values,
    count: new Float64Array(values.length).fill(1),
    nans: values.map((each) => (Number.isNaN(each) ? 1 : 0)),
  };
}

function doublesOf(numbers: ArrayLike<number>): Float64Array {
  return numbers instanceof Float64Array ? numbers : new Float64Array(numbers);
}

export const NO_ROWS: SeriesRows = rowsOfPoints({ step: [], time: [], value: [] });

/** Rows `from` to `to` (excluded), without a copy. */
export function sliceRows(rows: SeriesRows, from: number, to: number = rows.length): SeriesRows {
  if (from <= 0 && to >= rows.length) return rows;
  return mapColumns(Math.max(0, Math.min(to, rows.length) - from), (name) => rows[name].subarray(from, to));
}

export function joinRows(parts: readonly SeriesRows[]): SeriesRows {
  const filled = parts.filter(({ length }) => length > 0);
  const [first = NO_ROWS] = filled;
  if (filled.length <= 1) return first;
  const length = filled.reduce((sum, part) => sum + part.length, 0);
  return mapColumns(length, (name) => {
    const column = new Float64Array(length);
    let at = 0;
    for (const part of filled) {
      column.set(part[name], at);
      at += part.length;
    }
    return column;
  });
}

/**
 * Merges neighbours: group i ends before row `ends[i]`, and begins where the one before it ended. No group is empty.
 * Extremes stay exact and counts add up, however the rows were merged before.
 */
export function mergeRows(rows: SeriesRows, ends: readonly number[]): SeriesRows {
  const merged = mapColumns(ends.length, () => new Float64Array(ends.length));
  let from = 0;
  ends.forEach((to, group) => {
    if (to <= from || to > rows.length) throw new RangeError(`No rows from ${from} to ${to} to merge`);
    const row = to === from + 1 ? null : rowOf(rows, { from, to });
    for (const name of COLUMNS) merged[name][group] = (row === null ? rows[name][from] : row[name]) ?? NaN;
    from = to;
  });
  return merged;
}

/** Rows from `from` up to `to`, excluded. */
type Span = { readonly from: number; readonly to: number };
type SeriesRow = Readonly<Record<(typeof COLUMNS)[number], number>>;

function rowOf(rows: SeriesRows, span: Span): SeriesRow {
  const { from, to } = span;
  const count = sumOf(rows.count, span);
  const nans = sumOf(rows.nans, span);
  let [minStep, maxStep, min, max] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let at = from; at < to; at += 1) {
    minStep = Math.min(minStep, rows.minStep[at] ?? NaN);
    maxStep = Math.max(maxStep, rows.maxStep[at] ?? NaN);
    if (rows.nans[at] === rows.count[at]) continue;
    min = Math.min(min, rows.min[at] ?? NaN);
    max = Math.max(max, rows.max[at] ?? NaN);
  }
  if (count === nans) [min, max] = [NaN, NaN];
  const [time = NaN, last = NaN] = [rows.time[to - 1], rows.last[to - 1]];
  return { minStep, maxStep, time, min, max, mean: meanOf(rows, span, count - nans), last, count, nans };
}

function sumOf(column: Float64Array, { from, to }: Span): number {
  let sum = 0;
  for (let at = from; at < to; at += 1) sum += column[at] ?? NaN;
  return sum;
}

/** Weights come before the sum: values near the largest double must not overflow. */
function meanOf(rows: SeriesRows, { from, to }: Span, numbers: number): number {
  if (numbers === 0) return NaN;
  let mean = 0;
  for (let at = from; at < to; at += 1) {
    const weight = ((rows.count[at] ?? 0) - (rows.nans[at] ?? 0)) / numbers;
    if (weight > 0) mean += (rows.mean[at] ?? NaN) * weight;
  }
  return mean;
}

function mapColumns(length: number, column: (name: (typeof COLUMNS)[number]) => Float64Array): SeriesRows {
  return {
    length,
    minStep: column('minStep'),
    maxStep: column('maxStep'),
    time: column('time'),
    min: column('min'),
    max: column('max'),
    mean: column('mean'),
    last: column('last'),
    count: column('count'),
    nans: column('nans'),
  };
}
