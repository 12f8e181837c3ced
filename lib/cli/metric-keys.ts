/** Mean reward of a step's rollouts, and of a validation's. */
export const REWARD_KEY = 'rollout/reward_mean';
export const VALIDATION_KEY = 'val/reward_mean';
