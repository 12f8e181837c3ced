import { WINDOW_STEPS } from '@/lib/insight/window-means';

/** Rows of a series as the metric store gives them; of a long run a row may sum up several steps. */
export type HealthSeries = {
  readonly key: string;
  readonly step: readonly number[];
  readonly time: readonly number[];
  readonly mean: readonly number[];
  readonly last: readonly number[];
  readonly nans?: readonly number[];
};

/** Two windows: enough to know the noise, over before most runs go wrong. */
export const HEALTHY_POINTS = 2 * WINDOW_STEPS;

export type Healthy = {
  readonly from: number;
  readonly to: number;
  readonly mean: number;
  /** Sample standard deviation of single points. */
  readonly sd: number;
};

/** A series prepared for means over any of its windows. Points count from 0; means leave out what is not finite. */
export type Track = {
  readonly key: string;
  readonly length: number;
  stepAt(point: number): number;
  timeAt(point: number): number | null;
  /** The newest value of a point, finite or not. */
  valueAt(point: number): number;
  isFiniteAt(point: number): boolean;
  /** Newest point at or before a step; −1 when there is none. */
  pointAt(step: number): number;
  /** Mean over `count` points up to and including `end`; null where there are fewer, or none is finite. */
  mean(end: number, count: number): number | null;
  /** Highest window mean up to and including `end`. */
  peak(end: number): number | null;
  /** Over the first `HEALTHY_POINTS` points; null while there are fewer. */
  readonly healthy: Healthy | null;
};

export function createTrack(series: HealthSeries): Track {
  const { step, time, mean: values } = series;
  const sums = prefixSums(values);
  const mean = (end: number, count: number): number | null => {
    const start = end - count + 1;
    if (start < 0 || end >= values.length) return null;
    const finite = (sums.count[end + 1] ?? 0) - (sums.count[start] ?? 0);
    return finite === 0 ? null : ((sums.total[end + 1] ?? 0) - (sums.total[start] ?? 0)) / finite;
  };
  const peaks = runningPeaks(values.length, mean);
  return {
    key: series.key,
    length: step.length,
    stepAt: (point) => step[point] ?? 0,
    timeAt: (point) => time[point] ?? null,
    valueAt: (point) => series.last[point] ?? NaN,
    isFiniteAt: (point) => Number.isFinite(series.last[point]) && (series.nans?.[point] ?? 0) === 0,
    pointAt: (at) => lastAtOrBefore(step, at),
    mean,
    peak: (end) => peaks[end] ?? null,
    healthy: healthyWindow(step, values),
  };
}

function prefixSums(values: readonly number[]) {
  const total = new Float64Array(values.length + 1);
  const count = new Uint32Array(values.length + 1);
  values.forEach((value, index) => {
    const isFinite = Number.isFinite(value);
    total[index + 1] = (total[index] ?? 0) + (isFinite ? value : 0);
    count[index + 1] = (count[index] ?? 0) + (isFinite ? 1 : 0);
  });
  return { total, count };
}

function runningPeaks(
  length: number,
  mean: (end: number, count: number) => number | null,
): readonly (number | null)[] {
  let peak: number | null = null;
  return Array.from({ length }, (_, end) => {
    const value = mean(end, WINDOW_STEPS);
    if (value !== null && (peak === null || value > peak)) peak = value;
    return peak;
  });
}

function lastAtOrBefore(steps: readonly number[], step: number): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] ?? 0) <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function healthyWindow(steps: readonly number[], values: readonly number[]): Healthy | null {
  if (values.length < HEALTHY_POINTS) return null;
  const finite = values.slice(0, HEALTHY_POINTS).filter(Number.isFinite);
  if (finite.length < 2) return null;
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  const variance = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (finite.length - 1);
  return { from: steps[0] ?? 0, to: steps[HEALTHY_POINTS - 1] ?? 0, mean, sd: Math.sqrt(variance) };
}
