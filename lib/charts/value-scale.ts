import { type Axis, type AxisOptions, logAxis, valueAxis } from './axis';

export const SCALES = ['linear', 'log'] as const;
export const OUTLIERS = ['shown', 'cut'] as const;

export type ValueScale = {
  readonly scale: (typeof SCALES)[number];
  /** `cut`: the axis fits most values; those beyond are marks at its edge. */
  readonly outliers: (typeof OUTLIERS)[number];
};

export const LINEAR: ValueScale = { scale: 'linear', outliers: 'shown' };

/** With fewer values none can be told to be unusual. */
const FEWEST = 20;
/** The share of values at either end that may be unusual. */
const TAIL = 0.02;

/** Whether a value has a place on the axis. */
export function hasPlace(value: number, { scale }: ValueScale): boolean {
  return Number.isFinite(value) && (scale === 'linear' || value > 0);
}

/** The axis for values that all have a place on it. */
export function axisFor(values: readonly number[], options: AxisOptions & ValueScale): Axis {
  const { low, high } = options.outliers === 'cut' ? usualRange(values, options) : rangeOf(values);
  if (options.scale === 'linear') return valueAxis(low, high, options);
  return Number.isFinite(low) && Number.isFinite(high) ? logAxis(low, high) : logAxis(0.1, 1);
}

/**
 * Extremes of the values that lie no further outside the middle 96 % than that is wide; on a logarithmic axis, in
 * powers of ten.
 */
function usualRange(values: readonly number[], { scale }: ValueScale): Range {
  if (values.length < FEWEST) return rangeOf(values);
  const place = (value: number): number => (scale === 'log' ? Math.log10(value) : value);
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => place(sorted[Math.round(share * (sorted.length - 1))] ?? NaN);
  const [low, high] = [at(TAIL), at(1 - TAIL)];
  const room = high - low;
  return rangeOf(values.filter((value) => place(value) >= low - room && place(value) <= high + room));
}

type Range = { readonly low: number; readonly high: number };

function rangeOf(values: readonly number[]): Range {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high };
}
