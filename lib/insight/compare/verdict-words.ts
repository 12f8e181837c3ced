import { formatNumber, formatSigned } from '@/lib/charts/format-value';
import type { MetricInfo } from '@/lib/domain/metric';
import type { Verdict } from './verdict';

export type VerdictNames = { readonly a: string; readonly b: string };

export type VerdictSentences = {
  readonly headline: string;
  /** What the interval rests on. */
  readonly basis: string;
  /** What is missing for a decision; null when it is made. */
  readonly missing: string | null;
};

type Judged = {
  /** What was paired. */
  readonly unit: 'prompts' | 'steps';
  /** Of a metric that has no better, only which is higher is said. */
  readonly better: MetricInfo['better'];
};

export function verdictSentences(
  verdict: Verdict,
  { a, b }: VerdictNames,
  { unit, better }: Judged,
): VerdictSentences {
  const { outcome, difference, interval, paired, runs } = verdict;
  const size = `by ${formatNumber(Math.abs(difference))}`;
  const winner = outcome === 'a' ? a : b;
  const loser = outcome === 'a' ? b : a;
  const many = runs.a > 1 && runs.b > 1;
  const seeds = many
    ? `${runs.a} and ${runs.b} runs, so the chance of a seed counts`
    : 'one run on a side says nothing about another seed';
  return {
    headline:
      outcome === 'undecided'
        ? 'Not decided yet'
        : `${winner} is ${better === 'none' ? 'higher' : 'better'} than ${loser} ${size}`,
    basis: `95 % interval of the difference: ${formatSigned(interval.low)} to ${formatSigned(interval.high)}, over ${paired} ${unit} in pairs; ${seeds}.`,
    missing: outcome === 'undecided' ? missingOf(verdict, unit) : null,
  };
}

function missingOf({ more, limit, difference, interval }: Verdict, unit: 'prompts' | 'steps'): string {
  if (more === null) {
    const bound = Math.max(Math.abs(interval.low), Math.abs(interval.high));
    return bound === 0
      ? 'They are the same wherever they can be compared.'
      : `A difference, if there is one, is below ${formatNumber(bound)}; deciding one as small as ${formatNumber(Math.abs(difference))} would take far more data.`;
  }
  if (limit === 'runs')
    return `About ${more} more ${more === 1 ? 'run' : 'runs'} (seeds) on each side would decide a difference of this size.`;
  const what = unit === 'prompts' ? 'held-out prompts' : 'steps';
  return `About ${more} more ${what} would decide a difference of this size.`;
}
