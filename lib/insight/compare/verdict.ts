import type { MetricInfo } from '@/lib/domain/metric';
import { blocksSource, bootstrapInterval, type Interval, type Source, unitsSource } from './bootstrap';
import { meanOf, varianceOf, Z95 } from './quantiles';

/** Chance of seeing a difference that is there, for which further data are estimated. */
const POWER_Z = 0.8416;
/** Fewer say nothing that an interval could bound. */
const LEAST_UNITS = 5;
/** Beyond this many times the data that there are, "more" is no advice. */
const TOO_FAR = 50;

/** One run: what it scored, by prompt (or by step). */
export type Scores = ReadonlyMap<string, number>;

export type Sides = { readonly a: readonly Scores[]; readonly b: readonly Scores[] };

export type Verdict = {
  readonly means: { readonly a: number; readonly b: number };
  /** b − a, and where it lies with 95 % confidence. */
  readonly difference: number;
  readonly interval: Interval;
  /** The better side; of a metric that has no better, the higher one. */
  readonly outcome: 'a' | 'b' | 'undecided';
  /** Prompts, or steps, that every run has. */
  readonly paired: number;
  readonly runs: { readonly a: number; readonly b: number };
  /** What decides how sure it is: too few prompts (or steps), or too few runs. */
  readonly limit: 'paired' | 'runs';
  /**
   * While undecided: further units of `limit` (runs: on each side) after which a difference of this size would show
   * with 80 % power; null = so many that the difference hardly matters, or none was seen.
   */
  readonly more: number | null;
};

export type VerdictOptions = {
  readonly better: MetricInfo['better'];
  /** Neighbours depend on each other (steps of a curve do, prompts do not). */
  readonly isSequence: boolean;
};

/**
 * Which side is better on what all runs have in common. Pairing takes the difficulty of a prompt out of the comparison.
 * With two or more runs on a side, the chance of a run counts too; with one, the verdict is about these two runs alone.
 * Null when too little is common.
 */
export function judge(sides: Sides, { better, isSequence }: VerdictOptions): Verdict | null {
  const keys = commonKeys([...sides.a, ...sides.b]);
  if (sides.a.length === 0 || sides.b.length === 0 || keys.length < LEAST_UNITS) return null;
  const [a, b] = [table(sides.a, keys), table(sides.b, keys)];
  const differences = keys.map((_, at) => columnMean(b, at) - columnMean(a, at));
  const pairedSource = isSequence
    ? blocksSource(differences, blockLength(differences.length))
    : unitsSource(differences);
  const runsSource = sourceOfRuns(a.map(meanOf), b.map(meanOf));
  const sources = [pairedSource, ...(runsSource === null ? [] : [runsSource])];
  const difference = meanOf(differences);
  const interval = bootstrapInterval(difference, sources);
  const outcome = outcomeOf(interval, better);
  const halfOfRuns = runsSource === null ? 0 : halfWidth(bootstrapInterval(0, [runsSource]));
  const limit = halfOfRuns > halfWidth(bootstrapInterval(0, [pairedSource])) ? 'runs' : 'paired';
  const units = limit === 'runs' ? Math.min(a.length, b.length) : keys.length;
  return {
    means: { a: meanOf(a.map(meanOf)), b: meanOf(b.map(meanOf)) },
    difference,
    interval,
    outcome,
    paired: keys.length,
    runs: { a: a.length, b: b.length },
    limit,
    more: outcome === 'undecided' ? moreNeeded(difference, halfWidth(interval), units) : null,
  };
}

/** In the order of the first run. */
function commonKeys(runs: readonly Scores[]): readonly string[] {
  const [first, ...others] = runs;
  if (first === undefined) return [];
  const isFinite = (key: string): boolean => runs.every((run) => Number.isFinite(run.get(key)));
  return [...first.keys()].filter((key) => others.every((run) => run.has(key)) && isFinite(key));
}

function table(runs: readonly Scores[], keys: readonly string[]): readonly (readonly number[])[] {
  return runs.map((run) => keys.map((key) => run.get(key) ?? NaN));
}

function columnMean(rows: readonly (readonly number[])[], at: number): number {
  return rows.reduce((sum, row) => sum + (row[at] ?? NaN), 0) / rows.length;
}

/** About the length at which the block bootstrap of a mean errs least (order n^⅓; Hall, Horowitz and Jing 1995). */
function blockLength(points: number): number {
  return Math.max(1, Math.ceil(points ** (1 / 3)));
}

/** Chance of which runs (seeds) each side drew; null with a single run on either side: its spread is not known. */
function sourceOfRuns(a: readonly number[], b: readonly number[]): Source | null {
  if (a.length < 2 || b.length < 2) return null;
  const [ofA, ofB] = [unitsSource(a), unitsSource(b)];
  return {
    units: Math.min(a.length, b.length),
    degrees: welchDegrees(a, b),
    draw: (random) => ofB.draw(random) - ofA.draw(random),
  };
}

/** Welch–Satterthwaite. */
function welchDegrees(a: readonly number[], b: readonly number[]): number {
  const [va, vb] = [varianceOf(a) / a.length, varianceOf(b) / b.length];
  if (va + vb === 0) return a.length + b.length - 2;
  return (va + vb) ** 2 / (va ** 2 / (a.length - 1) + vb ** 2 / (b.length - 1));
}

function outcomeOf({ low, high }: Interval, better: VerdictOptions['better']): Verdict['outcome'] {
  if (low > 0) return better === 'lower' ? 'a' : 'b';
  if (high < 0) return better === 'lower' ? 'b' : 'a';
  return 'undecided';
}

function halfWidth({ low, high }: Interval): number {
  return (high - low) / 2;
}

/** From the normal approximation: n · ((z₀.₉₇₅ + z₀.₈) · SE ÷ |d|)², less the n that there are. */
function moreNeeded(difference: number, half: number, units: number): number | null {
  if (difference === 0 || half === 0) return null;
  const wanted = units * (((Z95 + POWER_Z) * (half / Z95)) / Math.abs(difference)) ** 2;
  return wanted > TOO_FAR * units ? null : Math.max(1, Math.ceil(wanted - units));
}
