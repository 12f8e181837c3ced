import {
  type Advantage,
  type AdvantageEstimator,
  rolloutScores,
  type ScoredGroup,
  type ScoredSequence,
  scoreOf,
} from './estimator';
import { mean } from '../statistics';
import { whiten } from './whiten';

/**
 * REINFORCE++ (Hu et al. 2025, arXiv:2501.03262): the discounted return from each trained token on, where the reward
 * comes with the last token and a penalty with its own, whitened over all trained tokens of the batch. Groups do not
 * matter, so a group of one is as good as any.
 */
export function createReinforcePlusPlus({ discount }: { readonly discount: number }): AdvantageEstimator {
  return (groups) =>
    shape(groups, whiten(groups.flatMap((group) => group.map((sequence) => returnsOf(sequence, discount)))));
}

/**
 * REINFORCE++ with a group's mean as baseline (same source, for several rollouts per prompt): the score minus the mean
 * of its group's rollouts, on each trained token, whitened over the batch. A group of one has no baseline: 0, and it
 * takes no part in the whitening.
 */
export const reinforcePlusPlusBaseline: AdvantageEstimator = (groups) =>
  shape(groups, whiten(groups.flatMap(centred)));

function returnsOf({ reward, tokens, penalties }: ScoredSequence, discount: number): Float64Array {
  const returns = new Float64Array(tokens);
  let following = 0;
  for (let at = tokens - 1; at >= 0; at -= 1) {
    const earned = (at === tokens - 1 ? reward : 0) - (penalties?.[at] ?? 0);
    following = earned + discount * following;
    returns[at] = following;
  }
  return returns;
}

function centred(group: ScoredGroup): readonly (Float64Array | null)[] {
  const scores = rolloutScores(group);
  if (scores.size < 2) return group.map(() => null);
  const baseline = mean([...scores.values()]);
  return group.map((sequence) => new Float64Array(sequence.tokens).fill(scoreOf(sequence) - baseline));
}

/** Back from one list of sequences to groups. */
function shape(
  groups: readonly ScoredGroup[],
  rows: readonly (Float64Array | null)[],
): readonly (readonly Advantage[])[] {
  let next = 0;
  return groups.map((group) => group.map(() => rows[next++] ?? 0));
}
