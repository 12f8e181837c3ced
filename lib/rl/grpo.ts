import { mean, standardDeviation } from './statistics';

/** Keeps the division finite for nearly equal rewards; the reference implementation's value. */
const STD_EPSILON = 1e-6;
/** Rewards closer than this are the same reward: rounding in an evaluator must not become a signal. */
const SAME_REWARD = 1e-9;

export type GrpoOptions = {
  /**
   * true: (r − mean) / (std + 1e-6) with the unbiased std (divides by N − 1), as in GRPO (Shao et al. 2024,
   * arXiv:2402.03300). false: r − mean, as in Dr. GRPO (Liu et al. 2025, arXiv:2503.20783).
   */
  readonly divideByStd: boolean;
};

/**
 * Advantages of one group, in its order. A group of one, and a group whose rewards are all equal, has no signal: all
 * zero. (The reference framework gives a single rollout its raw reward, which is no advantage over anything.)
 */
export function groupAdvantages(rewards: readonly number[], options: GrpoOptions): readonly number[] {
  if (!hasSignal(rewards)) return rewards.map(() => 0);
  const center = mean(rewards);
  const scale = options.divideByStd ? standardDeviation(rewards, { unbiased: true }) + STD_EPSILON : 1;
  return rewards.map((reward) => (reward - center) / scale);
}

/** Some rollout of the group did better than another. */
export function hasSignal(rewards: readonly number[]): boolean {
  if (rewards.length < 2) return false;
  return Math.max(...rewards) - Math.min(...rewards) > SAME_REWARD;
}

/** Why a group teaches nothing: all its rollouts earned the full reward (≥ 1), or all the same lesser one. */
export function zeroSignalKind(rewards: readonly number[]): 'all_right' | 'all_wrong' | null {
  if (hasSignal(rewards)) return null;
  return rewards.every((reward) => reward >= 1 - SAME_REWARD) ? 'all_right' : 'all_wrong';
}
