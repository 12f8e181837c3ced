/** Steps in a mean: enough to calm the noise of one batch, few enough to show a rise. */
export const WINDOW_STEPS = 9;

export type WindowMeans = {
  readonly first: number | null;
  readonly last: number | null;
  /** Highest mean of `WINDOW_STEPS` points in a row. */
  readonly best: number | null;
  /** Points in each mean: fewer while a run is shorter. */
  readonly points: number;
};

/** Means over the first, the last and the best nine points. All null without a finite point. */
export function windowMeans(values: readonly number[]): WindowMeans {
  const finite = values.filter(Number.isFinite);
  const points = Math.min(WINDOW_STEPS, finite.length);
  if (points === 0) return { first: null, last: null, best: null, points: 0 };
  const means = finite
    .slice(points - 1)
    .map((_, start) => finite.slice(start, start + points).reduce((sum, value) => sum + value, 0) / points);
  // not Math.max(...means): a long run has more means than a call takes arguments
  const best = means.reduce((most, mean) => Math.max(most, mean), -Infinity);
  return { first: means[0] ?? null, last: means.at(-1) ?? null, best, points };
}
