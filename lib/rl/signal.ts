/** Rewards closer than this are the same reward: rounding in an evaluator must not become a signal. */
const SAME_REWARD = 1e-9;

/** Some rollout of the group did better than another. */
export function hasSignal(rewards: readonly number[]): boolean {
  if (rewards.length < 2) return false;
  let low = Infinity;
  let high = -Infinity;
  for (const reward of rewards) {
    if (reward < low) low = reward;
    if (reward > high) high = reward;
  }
  return high - low > SAME_REWARD;
}

/** Why a group teaches nothing: all its rollouts earned the full reward (≥ 1), or all the same lesser one. */
export function zeroSignalKind(rewards: readonly number[]): 'all_right' | 'all_wrong' | null {
  if (hasSignal(rewards)) return null;
  return rewards.every((reward) => reward >= 1 - SAME_REWARD) ? 'all_right' : 'all_wrong';
}
