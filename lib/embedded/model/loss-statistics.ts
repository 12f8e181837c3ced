import type { LossSpec } from '@/lib/rl/datum';
import type { TokenInput, TokenLoss } from '@/lib/rl/loss/token-loss';
import { GRADIENT_SHARDS } from './layout';

// Sums over the trained tokens, one row of a shared array per gradient shard. Loss, entropy and KL are weighted as the
// objective weighs them; the rest are plain means over tokens, whatever the weights.
const TOKENS = 0;
const LOSS = 1;
const ENTROPY = 2;
const DRIFT = 3;
const DIVERGENCE = 4;
const RATIO = 5;
const LOW = 6;
const HIGH = 7;
const DUAL = 8;
const KL = 9;
const WEIGHT = 10;
const GAP = 11;
/** The only field that holds a maximum. */
const LARGEST_GAP = 12;
export const STATISTICS_PER_SHARD = 13;

const CLIP_FIELD = { low: LOW, high: HIGH, dual: DUAL } as const;

export type TrainedToken = TokenInput &
  TokenLoss & {
    readonly weight: number;
    readonly entropy: number;
    /** The coefficient is in it. */
    readonly kl: number;
  };

export function addTokenStatistics(statistics: Float64Array, shard: number, token: TrainedToken): void {
  const base = shard * STATISTICS_PER_SHARD;
  const add = (field: number, value: number): void => {
    statistics[base + field] = (statistics[base + field] ?? 0) + value;
  };
  const { weight } = token;
  const change = token.logprob - token.old;
  const ratio = Math.exp(change);
  const gap = Math.abs(change);
  add(TOKENS, 1);
  add(WEIGHT, weight);
  add(LOSS, weight * token.loss);
  add(ENTROPY, weight * token.entropy);
  add(KL, weight * token.kl);
  add(DRIFT, -change);
  add(DIVERGENCE, ratio - 1 - change);
  add(RATIO, ratio);
  add(GAP, gap);
  statistics[base + LARGEST_GAP] = Math.max(statistics[base + LARGEST_GAP] ?? 0, gap);
  if (token.clipped !== null) add(CLIP_FIELD[token.clipped], 1);
}

/** By the names of the metric catalogue. Shards are added in order. */
export function lossMetrics(statistics: Float64Array, spec: LossSpec): Readonly<Record<string, number>> {
  const shards = (field: number): readonly number[] =>
    Array.from(
      { length: GRADIENT_SHARDS },
      (_, shard) => statistics[shard * STATISTICS_PER_SHARD + field] ?? 0,
    );
  const total = (field: number): number => shards(field).reduce((sum, value) => sum + value, 0);
  const tokens = total(TOKENS);
  const share = (field: number, whole: number): number => (whole > 0 ? total(field) / whole : 0);
  const mean = (field: number): number => share(field, tokens);
  const normalizer = spec.normalizer ?? total(WEIGHT);
  const policy = share(LOSS, normalizer);
  const kl = share(KL, normalizer);
  const loss = policy - spec.entropyCoefficient * share(ENTROPY, normalizer) + kl;
  const common = { loss, entropy_loss: share(ENTROPY, total(WEIGHT)), tokens };
  if (spec.kind === 'cross_entropy') return common;
  return {
    ...common,
    pg_loss: policy,
    ...(spec.kl && { kl_loss: kl, kl_loss_coef: spec.kl.coefficient }),
    // mean of old − new, which can be negative; approx_kl is the never negative r − 1 − log r (Schulman, 2020)
    ppo_kl: mean(DRIFT),
    approx_kl: mean(DIVERGENCE),
    avg_ratio: mean(RATIO),
    pg_clipfrac: mean(LOW) + mean(HIGH) + mean(DUAL),
    pg_clipfrac_low: mean(LOW),
    pg_clipfrac_high: mean(HIGH),
    pg_clipfrac_dual: mean(DUAL),
    logprob_gap_mean: mean(GAP),
    logprob_gap_max: Math.max(...shards(LARGEST_GAP)),
  };
}
