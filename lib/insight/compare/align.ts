import type { SeriesColumns } from '@/lib/charts/series-columns';

export const AXES = ['step', 'tokens', 'time'] as const;
/** Along which runs are laid over each other: completed steps, tokens generated so far, seconds since the start. */
export type Axis = (typeof AXES)[number];

export type AlignContext = {
  /** `progress/generated_tokens`; null where a run does not count them. */
  readonly tokens: SeriesColumns | null;
  /** Unix milliseconds. */
  readonly startedAt: number | null;
};

/** The same rows along another axis, in whole tokens or seconds. Null where the run does not say how far it was. */
export function alignColumns(
  columns: SeriesColumns,
  axis: Axis,
  context: AlignContext,
): SeriesColumns | null {
  switch (axis) {
    case 'step':
      return columns;
    case 'time': {
      const start = context.startedAt ?? columns.time[0] ?? 0;
      return { ...columns, step: columns.time.map((time) => Math.round((time - start) / 1000)) };
    }
    case 'tokens': {
      const { tokens } = context;
      if (tokens === null || tokens.step.length === 0) return null;
      return { ...columns, step: tokensAt(columns.step, tokens) };
    }
  }
}

/** Tokens generated up to each step; steps ascend in both. */
function tokensAt(steps: readonly number[], tokens: SeriesColumns): readonly number[] {
  let row = 0;
  return steps.map((step) => {
    while (row + 1 < tokens.step.length && (tokens.step[row + 1] ?? Infinity) <= step) row += 1;
    return (tokens.step[row] ?? 0) > step ? 0 : Math.round(tokens.last[row] ?? 0);
  });
}

/**
 * Several runs as one series: at each place the mean over the runs that have it, with the least and the greatest as
 * band. Places that only some runs have come out of those.
 */
export function averageColumns(runs: readonly SeriesColumns[]): SeriesColumns {
  const [only, ...others] = runs;
  if (only !== undefined && others.length === 0) return only;
  const places = new Map<number, { sum: number; count: number; min: number; max: number; time: number }>();
  for (const { step, mean, time } of runs) {
    step.forEach((at, row) => {
      const value = mean[row] ?? NaN;
      if (!Number.isFinite(value)) return;
      const place = places.get(at) ?? {
        sum: 0,
        count: 0,
        min: Infinity,
        max: -Infinity,
        time: time[row] ?? 0,
      };
      place.sum += value;
      place.count += 1;
      place.min = Math.min(place.min, value);
      place.max = Math.max(place.max, value);
      places.set(at, place);
    });
  }
  const rows = [...places].toSorted(([a], [b]) => a - b);
  const mean = rows.map(([, { sum, count }]) => sum / count);
  return {
    step: rows.map(([at]) => at),
    time: rows.map(([, { time }]) => time),
    min: rows.map(([, { min }]) => min),
    max: rows.map(([, { max }]) => max),
    mean,
    last: mean,
    count: rows.map(([, { count }]) => count),
  };
}
