import { KEYS } from '../keys';
import { hasGained, type Moment } from '../rule';

/** Whether the reward stands above its healthy window: what looks like a collapse may be success. */
export function rewardGained(at: Moment): boolean {
  const reward = at.other(KEYS.reward);
  return reward !== null && hasGained(reward);
}
