import { expect, test } from 'vitest';
import { aFailedRollout, anEpisode, aRolloutTask, aScoredRollout } from '@/lib/testing/rollouts';
import { METRICS } from '@/lib/domain/metric-catalogue';
import { rolloutMetrics, validationMetrics } from './rollout-metrics';
import type { RolloutBatch } from './trajectory-pool/trajectory-pool';

const group = (prompt: number, rewards: readonly number[], tokens = 2) => ({
  name: `task-${prompt}`,
  rollouts: rewards.map((reward, sample) =>
    aScoredRollout({
      task: aRolloutTask({ prompt, sample, group: `task-${prompt}` }),
      reward,
      metrics: { exact_match: reward === 1 ? 1 : 0 },
      episode: anEpisode({ completionTokens: tokens, isTruncated: tokens > 4 }),
    }),
  ),
});

const batch: RolloutBatch = {
  step: 3,
  asked: 8,
  groups: [group(0, [1, 1]), group(1, [0, 1], 5), group(2, [0.5, 0.5]), group(3, [0])],
  failed: [aFailedRollout()],
};

test('a step is described by its rewards, signals, lengths and failures', () => {
  expect(rolloutMetrics(batch, new Map())).toMatchObject({
    'rollout/reward_mean': 4 / 7,
    'rollout/exact_match': 3 / 7,
    'rollout/failed': 1,
    'rollout/failed_share': 1 / 8,
    'critic/grpo_num_groups': 4,
    'critic/grpo_std/mean': 0.125,
    'rollout/zero_signal_all_right': 0.25,
    'rollout/zero_signal_all_wrong': 0.5,
    'rollout/zero_signal_share': 0.75,
    'response_length/max': 5,
    'rollout/truncated_share': 2 / 7,
  });
});

test('every name is in the catalogue, but for those that the evaluator brings', () => {
  const known = new Set(METRICS.map(({ name }) => name));
  const written = [
    ...Object.keys(rolloutMetrics(batch, new Map())),
    ...Object.keys(validationMetrics(batch)),
  ];
  expect(written.filter((name) => !known.has(name))).toEqual(['rollout/exact_match']);
});

test('an empty batch gives zeros, not NaN', () => {
  const values = Object.values(rolloutMetrics({ step: 0, asked: 0, groups: [], failed: [] }, new Map()));
  expect(values.every(Number.isFinite)).toBe(true);
});
