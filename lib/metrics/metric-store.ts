import { type RunId } from '@/lib/domain/run';

export type SeriesSummary = {
  readonly key: string;
  readonly count: number;
  readonly lastStep: number;
  readonly last: number;
};

/** Columns of equal length. Where `count` is 1 the row is a raw point (min = max = mean = last). */
export type SeriesRange = {
  readonly key: string;
  /** 0 = raw; each level above covers 16 times the points of the one below. */
  readonly level: number;
  readonly step: readonly number[];
  /** Unix milliseconds of the last point in the row. */
  readonly time: readonly number[];
  readonly min: readonly number[];
  readonly max: readonly number[];
  readonly mean: readonly number[];
  readonly last: readonly number[];
  readonly count: readonly number[];
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
