import type { MetricInfo } from './metric';
import { METRICS } from './metric-catalogue';
import { METRIC_DEFINITIONS } from './metric-definitions';
import { REFERENCE_METRICS } from './reference-metrics';

const BY_NAME = new Map<string, MetricInfo>(METRICS.map((metric) => [metric.name, detailed(metric)]));
for (const { name, canonical, title, meaning, absent } of REFERENCE_METRICS) {
  const same = canonical === null ? undefined : BY_NAME.get(canonical);
  if (same !== undefined) BY_NAME.set(name, { ...same, name });
  else if (!BY_NAME.has(name)) {
    const why = absent === null ? '' : ` Galley writes no such number: ${absent}`;
    BY_NAME.set(name, { ...unlisted(name), title, meaning: meaning + why });
  }
}

type Origin = Pick<MetricInfo, 'group' | 'meaning' | 'comparableWith'>;

/** What is known of a metric; one that an evaluator or a training service brought is described by its name. */
export function metricInfo(name: string): MetricInfo {
  return BY_NAME.get(name) ?? unlisted(name);
}

/** The name under which Galley writes a metric of the reference framework; itself for every other. */
export function canonicalMetric(name: string): string {
  return REFERENCE_METRICS.find((metric) => metric.name === name)?.canonical ?? name;
}

function detailed(metric: MetricInfo): MetricInfo {
  const aliases = REFERENCE_METRICS.filter(({ canonical }) => canonical === metric.name).map(
    ({ name }) => name,
  );
  const definitions = METRIC_DEFINITIONS[metric.name];
  return { ...metric, aliases, ...(definitions === undefined ? {} : { definitions }) };
}

function unlisted(name: string): MetricInfo {
  const [prefix = '', ...rest] = name.split('/');
  const title = rest.join('/').replaceAll('_', ' ') || name;
  return { name, title, unit: 'plain', better: 'none', ...originOf(prefix) };
}

/** Evaluators add to two families only; whatever else is not listed came from a service. */
function originOf(prefix: string): Origin {
  switch (prefix) {
    case 'rollout':
      return {
        group: 'reward',
        meaning: 'Mean of what the evaluator returned.',
        comparableWith: 'same_evaluator',
      };
    case 'val':
      return {
        group: 'validation',
        meaning: 'Mean of what the evaluator returned, on the held-out file.',
        comparableWith: 'same_evaluator',
      };
    default:
      return {
        group: 'training',
        meaning: 'As the training service reported it.',
        comparableWith: 'same_backend',
      };
  }
}
