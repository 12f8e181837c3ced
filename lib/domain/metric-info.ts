import type { MetricInfo } from './metric';
import { METRICS } from './metric-catalogue';

const BY_NAME: ReadonlyMap<string, MetricInfo> = new Map(METRICS.map((metric) => [metric.name, metric]));

type Origin = Pick<MetricInfo, 'group' | 'meaning'>;

const REWARD: Origin = { group: 'reward', meaning: 'Mean of what the evaluator returned.' };
const HELD_OUT: Origin = {
  group: 'validation',
  meaning: 'Mean of what the evaluator returned, on the held-out file.',
};
const SERVICE: Origin = { group: 'training', meaning: 'As the training service reported it.' };

/** What is known of a metric; one that an evaluator or a training service brought is described by its name. */
export function metricInfo(name: string): MetricInfo {
  return BY_NAME.get(name) ?? unlisted(name);
}

function unlisted(name: string): MetricInfo {
  const [prefix = '', ...rest] = name.split('/');
  const title = rest.join('/').replaceAll('_', ' ') || name;
  return { name, title, unit: 'plain', better: 'none', ...originOf(prefix) };
}

/** Evaluators add to two families only; whatever else is not listed came from a service. */
function originOf(prefix: string): Origin {
  if (prefix === 'rollout') return REWARD;
  return prefix === 'val' ? HELD_OUT : SERVICE;
}
