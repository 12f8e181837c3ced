import type { PromptProfile } from '@/lib/domain/data-profile';

const FINE_BINS = 4096;
const SHOWN_BINS = 32;

export type TokenSummary = Pick<PromptProfile, 'min' | 'max' | 'mean' | 'median' | 'p95' | 'p99' | 'bins'>;

/** Counts whole numbers of any size in bounded memory: a bin doubles its width when a number lies beyond the last. */
export function createTokenHistogram() {
  let counts = new Float64Array(FINE_BINS);
  let width = 1;
  let count = 0;
  let sum = 0;
  let min = Infinity;
  let max = 0;
  return {
    add: (tokens: number): void => {
      while (tokens >= FINE_BINS * width) {
        counts = halved(counts);
        width *= 2;
      }
      const bin = Math.floor(tokens / width);
      counts[bin] = (counts[bin] ?? 0) + 1;
      count += 1;
      sum += tokens;
      min = Math.min(min, tokens);
      max = Math.max(max, tokens);
    },
    summary: (): TokenSummary => {
      if (count === 0) return { min: 0, max: 0, mean: 0, median: 0, p95: 0, p99: 0, bins: [] };
      const at = (share: number): number => quantile(counts, { width, rank: share * count, max });
      return { min, max, mean: sum / count, median: at(0.5), p95: at(0.95), p99: at(0.99), bins: bins() };
    },
  };

  function bins(): TokenSummary['bins'] {
    const first = Math.floor(min / width);
    const last = Math.floor(max / width);
    const merged = Math.ceil((last - first + 1) / SHOWN_BINS);
    const shown: TokenSummary['bins'] = [];
    for (let bin = first; bin <= last; bin += merged) {
      const total = counts.subarray(bin, bin + merged).reduce((total, each) => total + each, 0);
      shown.push({ from: bin * width, to: (bin + merged) * width - 1, count: total });
    }
    return shown;
  }
}

function halved(counts: Float64Array): Float64Array<ArrayBuffer> {
  const merged = new Float64Array(counts.length);
  for (let bin = 0; bin < counts.length; bin += 1) {
    merged[bin >> 1] = (merged[bin >> 1] ?? 0) + (counts[bin] ?? 0);
  }
  return merged;
}

/** The upper end of the bin in which the rank falls, never above the largest number. */
function quantile(
  counts: Float64Array,
  { width, rank, max }: { readonly width: number; readonly rank: number; readonly max: number },
): number {
  let seen = 0;
  for (let bin = 0; bin < counts.length; bin += 1) {
    seen += counts[bin] ?? 0;
    if (seen >= rank) return Math.min(max, (bin + 1) * width - 1);
  }
  return max;
}
