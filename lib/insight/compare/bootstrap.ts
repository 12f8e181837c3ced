import { createRandom } from '@/lib/rl/seeded-random';
import { meanOf, quantile, studentQuantile95, Z95 } from './quantiles';

/** Enough that the ends of a 95 % interval move by about a fiftieth of its width between seeds. */
const RESAMPLES = 2000;
/** The same data give the same interval, whoever looks. */
const SEED = 20_261_123;

export type Interval = { readonly low: number; readonly high: number };

/** One source of chance: `draw` gives the mean of a resample, less the mean of the sample. */
export type Source = {
  /** Independent units that were resampled. */
  readonly units: number;
  /** Degrees of freedom of its variance. */
  readonly degrees: number;
  readonly draw: (random: () => number) => number;
};

/**
 * A 95 % percentile bootstrap interval about `estimate` whose deviation is the sum of independent sources.
 *
 * Percentile: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13. With few units it is too
 * narrow, by √((n−1)/n) and by using the normal's quantiles; each source is widened by √(n/(n−1)) · t/z, so that for
 * normal data the interval is as wide as Student's (after the expanded percentile interval of Hesterberg, What Teachers
 * Should Know About the Bootstrap, The American Statistician 69(4), 2015, section 4.2).
 */
export function bootstrapInterval(
  estimate: number,
  sources: readonly Source[],
  resamples = RESAMPLES,
): Interval {
  const random = createRandom(SEED);
  const widths = sources.map(({ units, degrees }) =>
    units < 2 ? 0 : Math.sqrt(units / (units - 1)) * (studentQuantile95(degrees) / Z95),
  );
  const drawn = Array.from({ length: resamples }, () =>
    sources.reduce((sum, { draw }, index) => sum + (widths[index] ?? 0) * draw(random), estimate),
  ).toSorted((a, b) => a - b);
  return { low: quantile(drawn, 0.025), high: quantile(drawn, 0.975) };
}

/** Chance of which units were drawn, each independent of the others. */
export function unitsSource(values: readonly number[]): Source {
  const mean = meanOf(values);
  return {
    units: values.length,
    degrees: values.length - 1,
    draw: (random) => {
      let sum = 0;
      for (let drawn = 0; drawn < values.length; drawn += 1) {
        sum += values[Math.floor(random() * values.length)] ?? 0;
      }
      return sum / values.length - mean;
    },
  };
}

/**
 * Chance of values that depend on their neighbours: blocks of `length` in a row are drawn, the end joined to the
 * beginning (circular block bootstrap, Politis and Romano 1992). Counts as many units as there are whole blocks.
 */
export function blocksSource(values: readonly number[], length: number): Source {
  const mean = meanOf(values);
  const blocks = Math.max(1, Math.floor(values.length / length));
  const size = blocks * length;
  return {
    units: blocks,
    degrees: blocks - 1,
    draw: (random) => {
      let sum = 0;
      for (let block = 0; block < blocks; block += 1) {
        const start = Math.floor(random() * values.length);
        for (let place = 0; place < length; place += 1) sum += values[(start + place) % values.length] ?? 0;
      }
      return sum / size - mean;
    },
  };
}
