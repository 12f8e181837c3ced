import { OVERVIEW_PANELS } from '@/lib/insight/overview-panels';

export const TOKENS_KEY = 'progress/generated_tokens';

export type SmallMetric = { readonly id: string; readonly keys: readonly string[] };

/** Panels of a run's overview that explain a difference in reward. */
const EXPLAIN = ['held-out', 'length', 'entropy', 'kl', 'gradient', 'speed'];

/** What is overlaid below the chosen metric: each panel by its first line. */
export const SMALL_METRICS: readonly SmallMetric[] = OVERVIEW_PANELS.filter(({ id }) =>
  EXPLAIN.includes(id),
).map(({ id, series }) => ({ id, keys: series[0]?.keys ?? [] }));
