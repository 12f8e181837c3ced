import type { TrainMetrics } from '../training-service';
import type { PartResult } from './wire/messages';

/** Parts of one sum: the normalizer is that of the whole step. */
const SUMS = new Set(['loss', 'pg_loss', 'kl_loss', 'tokens']);
/** A mean by weights, as the objective takes it. All that is named nowhere is a mean by tokens. */
const WEIGHTED = new Set(['entropy_loss']);
const LARGEST = new Set(['logprob_gap_max']);
const SAME = new Set(['kl_loss_coef']);

/** Metrics of a step from those of its parts; docs/protocols/train-service.md says how each of them adds up. */
export function combineMetrics(parts: readonly PartResult[]): TrainMetrics {
  const names = new Set(parts.flatMap(({ metrics }) => Object.keys(metrics)));
  return Object.fromEntries([...names].map((name) => [name, combine(name, parts)]));
}

function combine(name: string, parts: readonly PartResult[]): number {
  const values = parts.flatMap(({ metrics, tokens, weight }) => {
    const value = metrics[name];
    return value === undefined ? [] : [{ value, share: WEIGHTED.has(name) ? weight : tokens }];
  });
  const sum = values.reduce((total, { value }) => total + value, 0);
  if (SUMS.has(name)) return sum;
  if (LARGEST.has(name)) return Math.max(...values.map(({ value }) => value));
  if (SAME.has(name)) return values[0]?.value ?? 0;
  const whole = values.reduce((total, { share }) => total + share, 0);
  if (whole === 0) return 0;
  return values.reduce((total, { value, share }) => total + value * share, 0) / whole;
}
