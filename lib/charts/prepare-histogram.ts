import { formatNumber } from './format-value';

export type HistogramBin = {
  readonly index: number;
  /** Holds values from here … */
  readonly from: number;
  /** … to here; only the last bin holds its upper end too. */
  readonly to: number;
  readonly count: number;
  readonly label: string;
};

const MAX_BINS = 16;

/**
 * Counts values into bins of equal width. Few distinct values (0 and 1, say) get one bin each, so that no empty
 * stretch suggests a spread that is not there. Values that are not finite are left out.
 */
export function prepareHistogram(values: readonly number[]): readonly HistogramBin[] {
  const finite = values.filter(Number.isFinite);
  const distinct = [...new Set(finite)].toSorted((a, b) => a - b);
  if (distinct.length === 0) return [];
  if (distinct.length <= 3) {
    return distinct.map((value, index) => ({
      index,
      from: value,
      to: value,
      count: finite.filter((candidate) => candidate === value).length,
      label: formatNumber(value),
    }));
  }
  const low = distinct[0] ?? 0;
  const high = distinct.at(-1) ?? low;
  const bins = Math.min(MAX_BINS, Math.max(4, distinct.length));
  const width = (high - low) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const value of finite) {
    const bin = Math.min(bins - 1, Math.floor((value - low) / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts.map((count, index) => {
    const from = low + index * width;
    const to = index === bins - 1 ? high : from + width;
    return { index, from, to, count, label: `${formatNumber(from)} to ${formatNumber(to)}` };
  });
}

/** Whether `value` was counted in `bin`. */
export function isInBin(bins: readonly HistogramBin[], bin: HistogramBin, value: number): boolean {
  if (bin.from === bin.to) return value === bin.from;
  const isLast = bin.index === bins.length - 1;
  return value >= bin.from && (value < bin.to || (isLast && value <= bin.to));
}
