/** One correction is at most this factor, so that a single noisy KL cannot throw the rate. */
const MAX_CHANGE = 1.25;
const MIN_FACTOR = 0.05;
const MAX_FACTOR = 3;

/**
 * The next factor on the learning rate, steered so that the KL between the sampling policy and the policy at the last
 * mini-batch of a step comes near `targetKl`. KL grows with the square of the step length, hence the root.
 * `kl` null = not measured (a step with a single mini-batch says nothing about drift): the factor stays.
 */
export function nextRateFactor(factor: number, kl: number | null, targetKl: number | null): number {
  if (kl === null || targetKl === null || !Number.isFinite(kl)) return factor;
  const wanted = kl <= 0 ? MAX_CHANGE : Math.sqrt(targetKl / kl);
  const change = Math.min(MAX_CHANGE, Math.max(1 / MAX_CHANGE, wanted));
  return Math.min(MAX_FACTOR, Math.max(MIN_FACTOR, factor * change));
}

/**
 * Share of the learning rate for a batch that has fewer sequences than a mini-batch should have. Late in a run few
 * groups still have a spread of rewards: a full step, which Adam would take whatever the batch says, follows their
 * noise, and their entropy bonus undoes what is already right.
 */
export function smallBatchShare(sequences: number, minSequences: number): number {
  return Math.min(1, sequences / Math.max(1, minSequences));
}

/** Linear decay from 1 at the first step to `finalShare` at the last. */
export function decayShare(step: number, totalSteps: number, finalShare: number): number {
  if (totalSteps <= 1) return 1;
  const progress = Math.min(1, step / (totalSteps - 1));
  return 1 - (1 - finalShare) * progress;
}
