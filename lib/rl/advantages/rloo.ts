import { hasSignal } from '../signal';
import { type AdvantageEstimator, rolloutScores, type ScoredGroup, scoreOf } from './estimator';

/**
 * REINFORCE leave-one-out (Ahmadian et al. 2024, arXiv:2402.14740): a sequence's score minus the mean score of the other
 * rollouts of its group. One rollout, or equal rollouts: 0.
 */
export const rloo: AdvantageEstimator = (groups) => groups.map(advantagesOf);

function advantagesOf(group: ScoredGroup): readonly number[] {
  const scores = rolloutScores(group);
  if (!hasSignal([...scores.values()])) return group.map(() => 0);
  let total = 0;
  for (const score of scores.values()) total += score;
  return group.map((sequence) => {
    const others = (total - (scores.get(sequence.rollout) ?? 0)) / (scores.size - 1);
    return scoreOf(sequence) - others;
  });
}
