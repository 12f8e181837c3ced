import { formatNumber, formatSigned } from '@/lib/charts/format-value';
import { mean, standardDeviation } from '@/lib/rl/statistics';

export type AdvantageReading = {
  readonly mean: number;
  /** Unbiased (divides by N − 1). */
  readonly std: number;
  /** The formula with this group's numbers in it; null when no known formula gives the recorded value. */
  readonly formula: string | null;
};

/** Shows how a recorded advantage follows from the rewards of its group, by the formula that reproduces it. */
export function explainAdvantage(
  rewards: readonly number[],
  reward: number,
  advantage: number | null,
): AdvantageReading {
  const center = mean(rewards);
  // the mean of equal rewards may miss them by the last binary digit
  const isFlat = rewards.every((value) => value === rewards[0]);
  const std = isFlat ? 0 : standardDeviation(rewards, { unbiased: true });
  return { mean: center, std, formula: advantage === null ? null : formulaFor() };

  function formulaFor(): string | null {
    if (advantage === null || rewards.length < 2) return null;
    const [r, m, s] = [formatNumber(reward), formatNumber(center), formatNumber(std)];
    if (std < 1e-9) return isNear(advantage, 0) ? `every reward of the group is ${r}: no signal, so 0` : null;
    const result = formatSigned(advantage);
    if (isNear(advantage, (reward - center) / (std + 1e-6)))
      return `(${r} − ${m}) / (${s} + 1e-6) = ${result}`;
    if (isNear(advantage, reward - center)) return `${r} − ${m} = ${result}`;
    const others = (center * rewards.length - reward) / (rewards.length - 1);
    if (isNear(advantage, reward - others))
      return `${r} − ${formatNumber(others)} (mean of the others) = ${result}`;
    return null;
  }
}

/** Rewards and advantages may have gone through 32-bit floats. */
function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-3 * Math.max(1, Math.abs(b));
}
