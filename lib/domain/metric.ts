import type { Backend } from './run';

export const METRIC_UNITS = [
  'plain',
  'share',
  'tokens',
  'nats',
  'seconds',
  'tokens_per_second',
  'rate',
  'count',
] as const;
export type MetricUnit = (typeof METRIC_UNITS)[number];

export type MetricInfo = {
  readonly name: string;
  readonly title: string;
  readonly unit: MetricUnit;
  /** What it is, in a sentence. */
  readonly meaning: string;
  /** Family under which it is listed. */
  readonly group:
    'reward' | 'validation' | 'signal' | 'length' | 'training' | 'timing' | 'warm_start' | 'progress';
  readonly better: 'higher' | 'lower' | 'none';
  /** Of other runs, those with which values can be compared. */
  readonly comparableWith: 'all' | 'same_evaluator' | 'same_tokenizer' | 'same_backend' | 'same_machine';
  /** Where backends compute it differently: what it is on each. */
  readonly definitions?: Readonly<Partial<Record<Backend, string>>>;
  /** Names of the same number in the reference framework. */
  readonly aliases?: readonly string[];
};
