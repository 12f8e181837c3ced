import type { MetricInfo } from './metric';
import { METRICS } from './metric-catalogue';

const BY_NAME: ReadonlyMap<string, MetricInfo> = new Map(METRICS.map((metric) => [metric.name, metric]));

/** What is known of a metric; one that an evaluator brought is described by its name. */
export function metricInfo(name: string): MetricInfo {
  return BY_NAME.get(name) ?? evaluatorMetric(name);
}

function evaluatorMetric(name: string): MetricInfo {
  const [prefix = '', ...rest] = name.split('/');
  const isHeldOut = prefix === 'val';
  return {
    name,
    title: rest.join('/').replaceAll('_', ' ') || name,
    unit: 'plain',
    meaning: isHeldOut
      ? 'Mean of what the evaluator returned, on the held-out file.'
      : 'Mean of what the evaluator returned.',
    group: isHeldOut ? 'validation' : 'reward',
    better: 'none',
  };
}
