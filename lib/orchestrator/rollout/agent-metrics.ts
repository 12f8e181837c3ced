import { mean } from '@/lib/rl/statistics';
import type { ScoredRollout } from './rollout';

/** How agents go about it; nothing where every rollout is one call of the model. */
export function agentMetrics(
  prefix: 'rollout' | 'val',
  rollouts: readonly ScoredRollout[],
): Readonly<Record<string, number>> {
  const counts = rollouts.map(({ episode }) => episode.counts);
  if (counts.every(({ modelCalls, toolCalls }) => modelCalls <= 1 && toolCalls === 0)) return {};
  return {
    [`${prefix}/model_calls_mean`]: mean(counts.map(({ modelCalls }) => modelCalls)),
    [`${prefix}/tool_calls_mean`]: mean(counts.map(({ toolCalls }) => toolCalls)),
  };
}
