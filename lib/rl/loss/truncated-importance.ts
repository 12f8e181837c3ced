/**
 * Truncated importance sampling (Yao et al. 2025, "Your efficient RL framework secretly brings you off-policy RL
 * training"): weight min(p_trainer / p_sampler, cap) of a token whose probability sampler and trainer compute
 * differently. It multiplies the token's advantage, so every service can take it.
 */
export function truncatedImportance(trainer: number, sampler: number, cap: number): number {
  return Math.min(Math.exp(trainer - sampler), cap);
}
