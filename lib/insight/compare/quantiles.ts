/** Sample quantile of sorted values, linear between neighbours (type 7 of Hyndman and Fan, 1996). */
export function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? NaN;
  const above = sorted[Math.ceil(place)] ?? NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample variance; 0 for a single value. */
export function varianceOf(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/** Two-sided 95 %. */
export const Z95 = 1.959964;

/**
 * The 97.5 % quantile of Student's t, by the Cornish–Fisher expansion in 1/df (Abramowitz and Stegun 26.7.5), exact
 * for one and two degrees of freedom, where the expansion fails; within 0.5 % elsewhere.
 */
export function studentQuantile95(degrees: number): number {
  if (degrees <= 1) return 12.7062;
  if (degrees <= 2) return 12.7062 + (4.3027 - 12.7062) * (degrees - 1);
  const [z, d] = [Z95, degrees];
  const first = (z ** 3 + z) / (4 * d);
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * d ** 2);
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * d ** 3);
  const fourth = (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / (92_160 * d ** 4);
  return z + first + second + third + fourth;
}
