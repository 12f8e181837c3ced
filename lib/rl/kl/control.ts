/** How strong a KL penalty in the reward is, and whether it moves. */
export type KlControl =
  | { readonly kind: 'fixed' }
  /** `target` in nats; `horizon` in sequences. */
  | { readonly kind: 'adaptive'; readonly target: number; readonly horizon: number };

const MAX_ERROR = 0.2;

/**
 * The coefficient after a batch of so many sequences with this mean KL. Adaptive (Ziegler et al. 2019, arXiv:1909.08593):
 * β · (1 + clip(kl / target − 1, ±0.2) · sequences / horizon). A KL that is not finite, or that was not measured, moves
 * nothing; the result is never negative.
 */
export function nextKlCoefficient(
  control: KlControl,
  coefficient: number,
  { kl, sequences }: { readonly kl: number | null; readonly sequences: number },
): number {
  if (control.kind === 'fixed' || kl === null || !Number.isFinite(kl)) return coefficient;
  const error = Math.min(MAX_ERROR, Math.max(-MAX_ERROR, kl / control.target - 1));
  return Math.max(0, coefficient * (1 + (error * sequences) / control.horizon));
}
