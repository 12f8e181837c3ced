/** Columns that every run has, beside its metrics and the keys of its configuration. */
export const RUN_COLUMNS = [
  'run',
  'name',
  'recipe',
  'variant',
  'backend',
  'model',
  'status',
  'seed',
  'step',
  'seconds',
  'started',
] as const;
export type RunColumnName = (typeof RUN_COLUMNS)[number];

export type RunColumn =
  | { readonly kind: 'run'; readonly name: RunColumnName }
  /** The newest value of a metric. */
  | { readonly kind: 'metric'; readonly key: string }
  /** A leaf of the resolved configuration. */
  | { readonly kind: 'config'; readonly path: string };

/** `step`, `rollout/reward_mean` or `trainer.total_train_steps`: keys of metrics have a slash, those of recipes none. */
export function runColumnOf(name: string): RunColumn {
  const own = RUN_COLUMNS.find((column) => column === name);
  if (own !== undefined) return { kind: 'run', name: own };
  return name.includes('/') ? { kind: 'metric', key: name } : { kind: 'config', path: name };
}

export type RunSort = { readonly column: RunColumn; readonly isDescending: boolean };
export const NEWEST_FIRST = '-run';

/** `-rollout/reward_mean` = highest first. */
export function runSortOf(text: string): RunSort {
  const isDescending = text.startsWith('-');
  return { column: runColumnOf(isDescending ? text.slice(1) : text), isDescending };
}
