import type { KlEstimator } from './kl/estimate';

/**
 * One training sequence. All arrays have the length of `tokens`; entry `i` of the others belongs to the
 * prediction OF `tokens[i]` (entry 0 is never a target). Positions with `weights` 0 are context only.
 */
export type Datum = {
  readonly tokens: Int32Array;
  /** Loss weight per token: 0 = prompt or padding. See `aggregate` for what other weights mean. */
  readonly weights: Float32Array;
  /** Natural-log probabilities under the old policy; absent for cross-entropy. */
  readonly logprobs?: Float32Array;
  /** Advantage per token; absent for cross-entropy. */
  readonly advantages?: Float32Array;
  /** Natural-log probabilities under the reference model; for a KL term in the loss. */
  readonly referenceLogprobs?: Float32Array;
};

/**
 * Losses that a training service computes, each Σ weight · L / normalizer over the trained tokens of the batch. With
 * r = p / p_old:
 * - `cross_entropy`: −log p
 * - `importance_sampling`: −A·r
 * - `ppo`: max(−A·r, −A·clip(r, 1−clipLow, 1+clipHigh)) (Schulman et al. 2017, arXiv:1707.06347), and for A < 0 at most
 *   −A·dualClip (Ye et al. 2020, arXiv:1912.09729)
 * - `gspo`: as `ppo` with the sequence's ratio s = exp(mean over its tokens of log r) (Zheng et al. 2025,
 *   arXiv:2507.18071); needs equal weights within a sequence
 * - `cispo`: −sg(clip(r, 1−clipLow, 1+clipHigh))·A·log p (MiniMax 2025, arXiv:2506.13585)
 * minus `entropyCoefficient` × token entropy, plus `kl.coefficient` × the estimate of KL to the reference model.
 */
export type LossSpec = (
  | { readonly kind: 'cross_entropy' }
  | { readonly kind: 'importance_sampling' }
  | {
      readonly kind: 'ppo';
      readonly clipLow: number;
      readonly clipHigh: number;
      /** Upper bound c on the ratio for negative advantages; null = no dual clip. */
      readonly dualClip: number | null;
    }
  | { readonly kind: 'gspo' | 'cispo'; readonly clipLow: number; readonly clipHigh: number }
) & {
  readonly entropyCoefficient: number;
  readonly temperature: number;
  readonly kl?: { readonly estimator: KlEstimator; readonly coefficient: number };
  /** Not given = the sum of all weights: a mean over tokens. */
  readonly normalizer?: number;
};

/** Adam; `gradClip` bounds the global gradient norm (0 = off). */
export type OptimizerSpec = {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly gradClip: number;
};
