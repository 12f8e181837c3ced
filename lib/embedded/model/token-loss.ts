import type { LossSpec } from '@/lib/rl/datum';

/** What is known of one trained token. */
export type TokenInput = {
  readonly logprob: number;
  /** Sampler's log-probability. */
  readonly old: number;
  readonly advantage: number;
};

export type TokenLoss = {
  readonly loss: number;
  /** Derivative of `loss` with respect to `logprob`. */
  readonly slope: number;
  /** The bound that made the slope 0, if one did. */
  readonly clipped: 'low' | 'high' | 'dual' | null;
};

/** Loss of one token without the entropy term; `LossSpec` states the formulas. */
export function tokenLoss(spec: LossSpec, { logprob, old, advantage }: TokenInput): TokenLoss {
  if (spec.kind === 'cross_entropy') return { loss: -logprob, slope: -1, clipped: null };
  const ratio = Math.exp(logprob - old);
  const free = { loss: -advantage * ratio, slope: -advantage * ratio, clipped: null };
  if (spec.kind === 'importance_sampling') return free;
  // beyond a bound the loss is the constant −A·bound, so its slope is 0
  const bound = (at: number, clipped: 'low' | 'high' | 'dual'): TokenLoss => ({
    loss: -advantage * at,
    slope: 0,
    clipped,
  });
  if (advantage > 0 && ratio > 1 + spec.clipHigh) return bound(1 + spec.clipHigh, 'high');
  if (advantage < 0 && ratio < 1 - spec.clipLow) return bound(1 - spec.clipLow, 'low');
  if (advantage < 0 && spec.dualClip !== null && ratio > spec.dualClip) return bound(spec.dualClip, 'dual');
  return free;
}
