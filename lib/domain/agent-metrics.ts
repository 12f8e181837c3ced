import type { MetricInfo } from './metric';
import { family, type MetricRow } from './metric-family';

/** How agents go about it; written by runs whose rollouts have several calls of the model. */
export const AGENT_METRICS: readonly MetricInfo[] = [
  ...family('length', figures('rollout', 'of a step')),
  ...family('validation', figures('val', 'of a validation')),
];

function figures(prefix: string, where: string): readonly MetricRow[] {
  const turns = `Mean number of calls of the model in a rollout ${where}.`;
  const calls = `Mean number of tool calls in a rollout ${where}.`;
  return [
    [`${prefix}/model_calls_mean`, 'Turns', 'plain', 'none', turns],
    [`${prefix}/tool_calls_mean`, 'Tool calls', 'plain', 'none', calls],
  ];
}
