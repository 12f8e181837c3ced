import type { LossSpec } from '@/lib/rl/datum';
import { GRADIENT_SHARDS } from './layout';
import type { TokenInput, TokenLoss } from './token-loss';

// Sums over the trained tokens, one row of a shared array per gradient shard.
const WEIGHT = 0;
const LOSS = 1;
const ENTROPY = 2;
const DRIFT = 3;
const DIVERGENCE = 4;
const RATIO = 5;
const LOW = 6;
const HIGH = 7;
const DUAL = 8;
export const STATISTICS_PER_SHARD = 9;

const CLIP_FIELD = { low: LOW, high: HIGH, dual: DUAL } as const;

export type TrainedToken = TokenInput & TokenLoss & { readonly weight: number; readonly entropy: number };

export function addTokenStatistics(statistics: Float64Array, shard: number, token: TrainedToken): void {
  const base = shard * STATISTICS_PER_SHARD;
  const add = (field: number, value: number): void => {
    statistics[base + field] = (statistics[base + field] ?? 0) + token.weight * value;
  };
  const change = token.logprob - token.old;
  const ratio = Math.exp(change);
  add(WEIGHT, 1);
  add(LOSS, token.loss);
  add(ENTROPY, token.entropy);
  add(DRIFT, -change);
  add(DIVERGENCE, ratio - 1 - change);
  add(RATIO, ratio);
  if (token.clipped !== null) add(CLIP_FIELD[token.clipped], 1);
}

/** Means over the trained tokens, by the names of the metric catalogue. Shards are added in order. */
export function lossMetrics(statistics: Float64Array, spec: LossSpec): Readonly<Record<string, number>> {
  const total = (field: number): number => {
    let sum = 0;
    for (let shard = 0; shard < GRADIENT_SHARDS; shard += 1) {
      sum += statistics[shard * STATISTICS_PER_SHARD + field] ?? 0;
    }
    return sum;
  };
  const weight = total(WEIGHT);
  const mean = (field: number): number => (weight > 0 ? total(field) / weight : 0);
  const entropy = mean(ENTROPY);
  const loss = mean(LOSS) - spec.entropyCoefficient * entropy;
  const common = { loss, entropy_loss: entropy, tokens: weight };
  if (spec.kind === 'cross_entropy') return common;
  return {
    ...common,
    pg_loss: mean(LOSS),
    // mean of old − new, which can be negative; approx_kl is the never negative r − 1 − log r (Schulman, 2020)
    ppo_kl: mean(DRIFT),
    approx_kl: mean(DIVERGENCE),
    avg_ratio: mean(RATIO),
    pg_clipfrac: mean(LOW) + mean(HIGH) + mean(DUAL),
    pg_clipfrac_low: mean(LOW),
    pg_clipfrac_high: mean(HIGH),
    pg_clipfrac_dual: mean(DUAL),
  };
}
