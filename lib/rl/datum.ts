/**
 * One training sequence. All arrays have the length of `tokens`; entry `i` of the others belongs to the
 * prediction OF `tokens[i]` (entry 0 is never a target). Positions with `weights` 0 are context only.
 */
export type Datum = {
  readonly tokens: Int32Array;
  /** Loss weight per token: 1 = trained on, 0 = prompt or padding. */
  readonly weights: Float32Array;
  /** Sampler's natural-log probabilities (old policy); absent for cross-entropy. */
  readonly logprobs?: Float32Array;
  /** Advantage per token; absent for cross-entropy. */
  readonly advantages?: Float32Array;
};

/**
 * Losses that a training service computes, each a mean over the weighted tokens of the batch (token-mean):
 * - `cross_entropy`: −log p
 * - `importance_sampling`: −A·exp(log p − log p_old)
 * - `ppo`: max(−A·r, −A·clip(r, 1−clipLow, 1+clipHigh)), and for A < 0 at most −A·dualClip (dual-clip PPO, Ye et al. 2020)
 * minus `entropyCoefficient` × mean token entropy.
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
) & { readonly entropyCoefficient: number; readonly temperature: number };

/** Adam; `gradClip` bounds the global gradient norm (0 = off). */
export type OptimizerSpec = {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  readonly gradClip: number;
};
