/** One measured value. */
export type SeriesPoint = {
  /** 0-based step. */
  readonly step: number;
  /** Unix milliseconds, whole. */
  readonly time: number;
  readonly value: number;
};

/** Neighbouring points taken together; a single point is a row with `count` 1. */
export type SeriesRow = {
  readonly minStep: number;
  readonly maxStep: number;
  /** Of the last point, unix milliseconds. */
  readonly time: number;
  /** Extremes and mean leave NaN out; they are NaN where all points are. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** The last point's value, NaN or not. */
  readonly last: number;
  /** Points in the row, NaN included. */
  readonly count: number;
  readonly nans: number;
};

export function rowOfPoint({ step, time, value }: SeriesPoint): SeriesRow {
  return {
    minStep: step,
    maxStep: step,
    time,
    min: value,
    max: value,
    mean: value,
    last: value,
    count: 1,
    nans: Number.isNaN(value) ? 1 : 0,
  };
}

/** Extremes stay exact and counts add up, however the rows were merged before. Needs at least one row. */
export function mergeRows(rows: readonly SeriesRow[]): SeriesRow {
  const [first] = rows;
  const final = rows.at(-1);
  if (first === undefined || final === undefined) throw new RangeError('No rows to merge');
  if (rows.length === 1) return first;
  let { minStep, maxStep } = first;
  let min = Infinity;
  let max = -Infinity;
  let count = 0;
  let nans = 0;
  for (const row of rows) {
    minStep = Math.min(minStep, row.minStep);
    maxStep = Math.max(maxStep, row.maxStep);
    count += row.count;
    nans += row.nans;
    if (row.nans === row.count) continue;
    min = Math.min(min, row.min);
    max = Math.max(max, row.max);
  }
  const numbers = count - nans;
  if (numbers === 0) [min, max] = [NaN, NaN];
  return {
    minStep,
    maxStep,
    time: final.time,
    min,
    max,
    mean: meanOf(rows, numbers),
    last: final.last,
    count,
    nans,
  };
}

function meanOf(rows: readonly SeriesRow[], numbers: number): number {
  if (numbers === 0) return NaN;
  // Weights before the sum: values near the largest double must not overflow.
  return rows.reduce((sum, row) => {
    const weight = (row.count - row.nans) / numbers;
    return weight === 0 ? sum : sum + row.mean * weight;
  }, 0);
}
