import { expect, test } from 'vitest';
import { METRICS } from '@/lib/domain/metric-catalogue';
import { anEpisode, aScoredRollout } from '@/lib/testing/rollouts';
import { agentMetrics } from './agent-metrics';

const withCalls = (modelCalls: number, toolCalls: number) =>
  aScoredRollout({
    episode: anEpisode({ counts: { modelCalls, toolCalls, toolErrors: 0, toolTimeouts: 0 } }),
  });

test('calls are means over rollouts', () => {
  expect(agentMetrics('rollout', [withCalls(3, 2), withCalls(1, 0)])).toEqual({
    'rollout/model_calls_mean': 2,
    'rollout/tool_calls_mean': 1,
  });
});

test('single turns have no such figures', () => {
  expect(agentMetrics('rollout', [withCalls(1, 0)])).toEqual({});
});

test('every name is in the catalogue', () => {
  const known = new Set(METRICS.map(({ name }) => name));
  const written = (['rollout', 'val'] as const).flatMap((prefix) =>
    Object.keys(agentMetrics(prefix, [withCalls(2, 1)])),
  );
  expect(written.filter((name) => !known.has(name))).toEqual([]);
});
