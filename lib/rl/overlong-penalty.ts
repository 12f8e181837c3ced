export type OverlongBuffer = {
  /** Longest response that is allowed, in tokens. */
  readonly limit: number;
  /** Last tokens before the limit over which the penalty grows. */
  readonly buffer: number;
  /** Penalty at the limit. */
  readonly factor: number;
};

/**
 * Soft overlong punishment of DAPO (Yu et al. 2025, arXiv:2503.14476, eq. 13), added to the reward: 0 up to
 * limit − buffer tokens, then falling linearly to −factor at the limit and no further.
 */
export function overlongPenalty(tokens: number, { limit, buffer, factor }: OverlongBuffer): number {
  const exceeding = tokens - (limit - buffer);
  if (exceeding <= 0) return 0;
  return -factor * Math.min(1, exceeding / buffer);
}
