import type { MetricInfo, MetricUnit } from './metric';

export type MetricRow = readonly [
  name: string,
  title: string,
  unit: MetricUnit,
  better: MetricInfo['better'],
  meaning: string,
];

/** With what a family's values may be compared, unless a metric says otherwise. */
const COMPARABLE: Readonly<Record<MetricInfo['group'], MetricInfo['comparableWith']>> = {
  reward: 'same_evaluator',
  validation: 'same_evaluator',
  signal: 'same_evaluator',
  length: 'same_tokenizer',
  training: 'same_backend',
  timing: 'same_machine',
  warm_start: 'same_backend',
  progress: 'all',
};

export function family(group: MetricInfo['group'], rows: readonly MetricRow[]): readonly MetricInfo[] {
  return rows.map(([name, title, unit, better, meaning]) => ({
    name,
    title,
    unit,
    better,
    meaning,
    group,
    comparableWith: COMPARABLE[group],
  }));
}
