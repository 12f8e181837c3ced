/** Enough steps to know the pace, few enough to follow a change of it. */
const WINDOW = 40;
/** Two-sided 90 %. */
const Z = 1.64;

export type Eta = {
  /** Seconds left: likely between these. */
  readonly low: number;
  readonly high: number;
  /** Steps that the estimate rests on. */
  readonly basis: number;
};

/**
 * Seconds left for `remaining` steps, from the seconds of recent ones. The range grows with the spread of the steps
 * and with how few of them there are; null when there are fewer than two to go by.
 */
export function estimateRemaining(stepSeconds: readonly number[], remaining: number): Eta | null {
  const recent = stepSeconds.filter((seconds) => Number.isFinite(seconds) && seconds >= 0).slice(-WINDOW);
  if (recent.length < 2 || remaining <= 0) return null;
  const mean = recent.reduce((sum, seconds) => sum + seconds, 0) / recent.length;
  const variance = recent.reduce((sum, seconds) => sum + (seconds - mean) ** 2, 0) / (recent.length - 1);
  const middle = mean * remaining;
  const spread = Z * Math.sqrt(variance * (remaining + remaining ** 2 / recent.length));
  return { low: Math.max(0, middle - spread), high: middle + spread, basis: recent.length };
}
