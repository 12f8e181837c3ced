/** Population statistics of a list, summed in the order given. All zero for an empty list. */
export type Summary = {
  readonly mean: number;
  /** Population standard deviation (divides by N). */
  readonly std: number;
  readonly min: number;
  readonly max: number;
};

const EMPTY: Summary = { mean: 0, std: 0, min: 0, max: 0 };

export function mean(values: readonly number[]): number {
  if (values.length === 0) return 0;
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Standard deviation; `unbiased` divides by N − 1 (0 for a single value), otherwise by N. */
export function standardDeviation(
  values: readonly number[],
  { unbiased }: { readonly unbiased: boolean },
): number {
  const divisor = unbiased ? values.length - 1 : values.length;
  if (divisor < 1) return 0;
  const center = mean(values);
  let squares = 0;
  for (const value of values) squares += (value - center) ** 2;
  return Math.sqrt(squares / divisor);
}

/** To the nearest whole number, halves to the even one, as NumPy and PyTorch round. */
export function roundHalfEven(value: number): number {
  const nearest = Math.round(value);
  return Math.abs(value % 1) === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

export function summarise(values: readonly number[]): Summary {
  const first = values[0];
  if (first === undefined) return EMPTY;
  let min = first;
  let max = first;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { mean: mean(values), std: standardDeviation(values, { unbiased: false }), min, max };
}
