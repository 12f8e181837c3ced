import { sequencesOf } from './batch-sequences';
import type { BatchPreparer } from './trainer';

/**
 * Cross-entropy on the rollouts themselves, each weighted by its reward: rows of a supervised worker, which earn 1, are
 * imitated as they are, and of sampled rollouts the better are imitated more. A reward of 0 or less teaches nothing.
 */
export const prepareImitation: BatchPreparer = (batch, { klCoefficient }) => {
  const datums = sequencesOf(batch).flatMap(({ rollout, datum: { tokens, weights } }) => {
    const { reward } = rollout.evaluation;
    return reward > 0 ? [{ tokens, weights: weights.map((weight) => weight * reward) }] : [];
  });
  return Promise.resolve({ advantages: new Map(), datums, klCoefficient, metrics: {} });
};
