import type { RunId } from '@/lib/domain/run';

export type SeriesSummary = {
  readonly key: string;
  readonly count: number;
  readonly lastStep: number;
  readonly last: number;
};

/**
 * Columns of equal length. Where `count` is 1 the row is a raw point (min = max = mean = last). `min`, `max` and `mean`
 * leave NaN points out and are NaN where all points are; `last` is the last point's value, NaN or not.
 */
export type SeriesRange = {
  readonly key: string;
  /** 0 = all rows are raw points; otherwise no row covers more than 16^level points. */
  readonly level: number;
  /** Step of the last point in the row. */
  readonly step: readonly number[];
  /** Unix milliseconds of the last point in the row. */
  readonly time: readonly number[];
  readonly min: readonly number[];
  readonly max: readonly number[];
  readonly mean: readonly number[];
  readonly last: readonly number[];
  readonly count: readonly number[];
  /** How many of a row's points are NaN. */
  readonly nans?: readonly number[];
};

/** Reads metric series. Stale points (of steps that a later attempt started before) are left out unless asked for. */
export type MetricStore = {
  summaries(runId: RunId): Promise<readonly SeriesSummary[]>;
  /** Reads O(width) rows whatever the length of the run. `seq` = highest event included: follow the live stream from there. */
  ranges(query: {
    readonly runId: RunId;
    readonly keys: readonly string[];
    readonly from?: number;
    readonly to?: number;
    /** Pixels; at most about two rows per pixel come back. */
    readonly width: number;
  }): Promise<{ readonly seq: number; readonly series: readonly SeriesRange[] }>;
};
