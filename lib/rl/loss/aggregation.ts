import { assertNever } from '@/lib/shared/assert-never';

/**
 * How the losses of tokens become one number. N = sequences of the mini-batch, |i| = trained tokens of sequence i:
 * - `token-mean`: Σᵢ Σₜ L / Σᵢ |i| (DAPO, Yu et al. 2025, arXiv:2503.14476)
 * - `seq-mean-token-mean`: 1/N Σᵢ 1/|i| Σₜ L (GRPO, Shao et al. 2024, arXiv:2402.03300)
 * - `seq-mean-token-sum`: 1/N Σᵢ Σₜ L
 * - `seq-mean-token-sum-norm`: 1/N Σᵢ 1/C Σₜ L with a constant C, usually the longest response (Dr. GRPO, Liu et al.
 *   2025, arXiv:2503.20783)
 */
export const LOSS_AGGREGATIONS = [
  'token-mean',
  'seq-mean-token-sum',
  'seq-mean-token-mean',
  'seq-mean-token-sum-norm',
] as const;
export type LossAggregation = (typeof LOSS_AGGREGATIONS)[number];

export type Aggregated = {
  /** Weight of every trained token of a sequence, by sequence. */
  readonly weights: readonly number[];
  /** The loss is Σ weight · L / normalizer. */
  readonly normalizer: number;
};

/** Any service that takes a weight per token computes all four. Sequences without trained tokens do not count. */
export function aggregate(
  mode: LossAggregation,
  lengths: readonly number[],
  { constant }: { readonly constant: number },
): Aggregated {
  const ones = lengths.map(() => 1);
  const sequences = lengths.filter((length) => length > 0).length;
  switch (mode) {
    case 'token-mean':
      return { weights: ones, normalizer: lengths.reduce((sum, length) => sum + length, 0) };
    case 'seq-mean-token-sum':
      return { weights: ones, normalizer: sequences };
    case 'seq-mean-token-mean':
      return { weights: lengths.map((length) => (length > 0 ? 1 / length : 0)), normalizer: sequences };
    case 'seq-mean-token-sum-norm':
      return { weights: ones, normalizer: sequences * constant };
    default:
      return assertNever(mode);
  }
}
