import type { LossSpec } from '../datum';
import { estimateKl } from '../kl/estimate';

/** What is known of one trained token. Probabilities are natural logs. */
export type TokenInput = {
  readonly logprob: number;
  /** Of the policy that the ratio compares with. */
  readonly old: number;
  readonly advantage: number;
  /** Mean of logprob − old over the trained tokens of its sequence; what `gspo` clips. */
  readonly sequenceLogRatio: number;
};

export type TokenLoss = {
  readonly loss: number;
  /** Derivative of `loss` with respect to `logprob`. */
  readonly slope: number;
  /** The bound that made the slope 0 (for `cispo`: that held the ratio), if one did. */
  readonly clipped: 'low' | 'high' | 'dual' | null;
};

/** The policy part of one token's loss, without the entropy and KL terms; `LossSpec` states the formulas. */
export function tokenLoss(spec: LossSpec, input: TokenInput): TokenLoss {
  const { logprob, old, advantage } = input;
  switch (spec.kind) {
    case 'cross_entropy':
      return { loss: -logprob, slope: -1, clipped: null };
    case 'importance_sampling':
      return free(advantage, Math.exp(logprob - old));
    case 'ppo':
      return clippedLoss(spec, advantage, Math.exp(logprob - old));
    case 'gspo':
      // per token with weight 1/|i|, the slope −A·s is the gradient of −A·s with respect to the whole sequence
      return clippedLoss({ ...spec, dualClip: null }, advantage, Math.exp(input.sequenceLogRatio));
    case 'cispo':
      return clippedWeight(spec, input);
  }
}

/** The KL term of one token; null without one. */
export function tokenKl(spec: LossSpec, logprob: number, reference: number): TokenLoss | null {
  if (spec.kl === undefined) return null;
  const { value, slope } = estimateKl(spec.kl.estimator, logprob, reference);
  return { loss: spec.kl.coefficient * value, slope: spec.kl.coefficient * slope, clipped: null };
}

function free(advantage: number, ratio: number): TokenLoss {
  return { loss: -advantage * ratio, slope: -advantage * ratio, clipped: null };
}

type Bounds = { readonly clipLow: number; readonly clipHigh: number };

function clippedLoss(
  { clipLow, clipHigh, dualClip }: Bounds & { readonly dualClip: number | null },
  advantage: number,
  ratio: number,
): TokenLoss {
  // beyond a bound the loss is the constant −A·bound, so its slope is 0
  const bound = (at: number, clipped: 'low' | 'high' | 'dual'): TokenLoss => ({
    loss: -advantage * at,
    slope: 0,
    clipped,
  });
  if (advantage > 0 && ratio > 1 + clipHigh) return bound(1 + clipHigh, 'high');
  if (advantage < 0 && ratio < 1 - clipLow) return bound(1 - clipLow, 'low');
  if (advantage < 0 && dualClip !== null && ratio > dualClip) return bound(dualClip, 'dual');
  return free(advantage, ratio);
}

/** The held ratio is a constant weight, so a token keeps its gradient beyond the bounds. */
function clippedWeight({ clipLow, clipHigh }: Bounds, { logprob, old, advantage }: TokenInput): TokenLoss {
  const ratio = Math.exp(logprob - old);
  const held = Math.min(1 + clipHigh, Math.max(1 - clipLow, ratio));
  const clipped = ratio > 1 + clipHigh ? 'high' : ratio < 1 - clipLow ? 'low' : null;
  return { loss: -held * advantage * logprob, slope: -held * advantage, clipped };
}
