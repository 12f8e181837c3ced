/** A stretch of a series in columns, as the metric store gives it: where `count` is 1 the row is a raw point. */
export type SeriesColumns = {
  readonly step: readonly number[];
  readonly time: readonly number[];
  readonly min: readonly number[];
  readonly max: readonly number[];
  readonly mean: readonly number[];
  readonly last: readonly number[];
  readonly count: readonly number[];
};

export const NO_COLUMNS: SeriesColumns = {
  step: [],
  time: [],
  min: [],
  max: [],
  mean: [],
  last: [],
  count: [],
};
