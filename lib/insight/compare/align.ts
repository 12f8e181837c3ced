import { NO_COLUMNS, type SeriesColumns } from '@/lib/charts/series-columns';

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
 * Several runs as one series: their mean, with the least and the greatest as band, over the places that all of them
 * cover; between two points of a run lies the straight line. Where one has ended, a mean of the rest would jump.
 */
export function averageColumns(runs: readonly SeriesColumns[]): SeriesColumns {
  const [only, ...others] = runs;
  if (only === undefined) return NO_COLUMNS;
  if (others.length === 0) return only;
  const from = Math.max(...runs.map(({ step }) => step[0] ?? Infinity));
  const to = Math.min(...runs.map(({ step }) => step.at(-1) ?? -Infinity));
  const places = [...new Set(runs.flatMap(({ step }) => step))]
    .filter((place) => place >= from && place <= to)
    .toSorted((a, b) => a - b);
  const values = runs.map((run) => interpolate(run, places));
  const rows = places.map((_, row) => values.map((ofRun) => ofRun[row] ?? NaN));
  const mean = rows.map((row) => row.reduce((sum, value) => sum + value, 0) / row.length);
  return {
    step: places,
    time: interpolate({ step: only.step, mean: only.time }, places),
    min: rows.map((row) => Math.min(...row)),
    max: rows.map((row) => Math.max(...row)),
    mean,
    last: mean,
    count: rows.map((row) => row.length),
  };
}

/** Values at ascending places within the series. */
function interpolate(
  { step, mean }: Pick<SeriesColumns, 'step' | 'mean'>,
  places: readonly number[],
): readonly number[] {
  let row = 0;
  return places.map((place) => {
    while (row + 1 < step.length && (step[row + 1] ?? Infinity) <= place) row += 1;
    const [left, right] = [step[row] ?? place, step[row + 1] ?? place];
    const [low, high] = [mean[row] ?? NaN, mean[row + 1] ?? NaN];
    return place === left || right === left ? low : low + ((high - low) * (place - left)) / (right - left);
  });
}
