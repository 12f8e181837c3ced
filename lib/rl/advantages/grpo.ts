import { hasSignal } from '../signal';
import { mean, standardDeviation } from '../statistics';
import { type AdvantageEstimator, rolloutScores, type ScoredGroup, scoreOf } from './estimator';

/** Keeps the division finite for nearly equal rewards; the reference implementation's value. */
const STD_EPSILON = 1e-6;

export type GrpoOptions = {
  /**
   * true: (r − mean) / (std + 1e-6) with the unbiased std (divides by N − 1), as in GRPO (Shao et al. 2024,
   * arXiv:2402.03300). false: r − mean, as in Dr. GRPO (Liu et al. 2025, arXiv:2503.20783).
   */
  readonly divideByStd: boolean;
};

/**
 * GRPO. Mean and spread are those of the rollouts' mean scores, so a rollout of many sequences weighs as much as one of
 * a single sequence; each sequence is then compared with them by its own score. Where there is nothing to compare with
 * (one rollout, equal rollouts) every advantage is 0. (The reference framework gives a single rollout its raw reward, or
 * NaN, which is no advantage over anything.)
 */
export function createGrpo(options: GrpoOptions): AdvantageEstimator {
  return (groups) => groups.map((group) => advantagesOf(group, options));
}

function advantagesOf(group: ScoredGroup, { divideByStd }: GrpoOptions): readonly number[] {
  const scores = [...rolloutScores(group).values()];
  if (!hasSignal(scores)) return group.map(() => 0);
  const center = mean(scores);
  const scale = divideByStd ? standardDeviation(scores, { unbiased: true }) + STD_EPSILON : 1;
  return group.map((sequence) => (scoreOf(sequence) - center) / scale);
}

/** Advantages of one group of rollouts with a sequence each, in its order. */
export function groupAdvantages(rewards: readonly number[], options: GrpoOptions): readonly number[] {
  const group = rewards.map((reward, rollout) => ({ rollout, reward, tokens: 1, penalties: null }));
  return advantagesOf(group, options);
}
