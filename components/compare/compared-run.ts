import type { SeriesRange } from '@/lib/api-client/wire';
import type { RunStyle } from '@/lib/charts/series-color';
import type { Run } from '@/lib/domain/run';

/** A run with what the page compares of it; null = it has none of that. */
export type ComparedRun = {
  readonly run: Run;
  /** Resolved config. */
  readonly config: unknown;
  readonly style: RunStyle;
  /** The first of the keys that the run has points of. */
  readonly series: (keys: readonly string[]) => SeriesRange | null;
  readonly metric: SeriesRange | null;
  readonly heldOut: SeriesRange | null;
};

/** Best first: a share of right answers says more than a reward, where the evaluator gives one. */
export const HELD_OUT_KEYS = ['val/exact_match', 'val/reward_mean'] as const;

/** The first of the keys that every run with held-out values has: numbers of one column must mean the same. */
export function heldOutKey(runs: readonly (readonly SeriesRange[])[]): string {
  const has = (series: readonly SeriesRange[], key: string): boolean =>
    series.some((range) => range.key === key && range.step.length > 0);
  const validated = runs.filter((series) => HELD_OUT_KEYS.some((key) => has(series, key)));
  return HELD_OUT_KEYS.find((key) => validated.every((series) => has(series, key))) ?? 'val/reward_mean';
}

/** Unique among the compared: two runs may have the same name. */
export function nameOf({ run }: Pick<ComparedRun, 'run'>): string {
  return `${run.id} ${run.name}`;
}
