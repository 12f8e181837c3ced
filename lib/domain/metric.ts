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
};
