/** Keeps the division finite for a batch with little spread; the value of verl. */
const VARIANCE_EPSILON = 1e-8;
/** Less spread than this is rounding, not signal. */
const SAME_VALUE = 1e-9;

/**
 * (x − mean) / √(variance + 1e-8) over every entry of every row, with the unbiased variance. Rows that are null take no
 * part. Fewer than two entries, or equal ones, become 0.
 */
export function whiten(rows: readonly (Float64Array | null)[]): readonly (Float64Array | null)[] {
  const { mean, variance } = moments(rows.filter((row) => row !== null));
  const scale = variance === 0 ? 0 : 1 / Math.sqrt(variance + VARIANCE_EPSILON);
  return rows.map((row) => row?.map((value) => (value - mean) * scale) ?? null);
}

function moments(rows: readonly Float64Array[]): { readonly mean: number; readonly variance: number } {
  let count = 0;
  let sum = 0;
  let low = Infinity;
  let high = -Infinity;
  for (const row of rows) {
    for (const value of row) {
      count += 1;
      sum += value;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  const mean = count === 0 ? 0 : sum / count;
  if (count < 2 || high - low <= SAME_VALUE) return { mean, variance: 0 };
  let squares = 0;
  for (const row of rows) for (const value of row) squares += (value - mean) ** 2;
  return { mean, variance: squares / (count - 1) };
}
