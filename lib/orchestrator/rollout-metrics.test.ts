import { expect, test } from 'vitest';
import { aFailedRollout, anEpisode, aRolloutTask, aScoredRollout } from '@/lib/testing/rollouts';
import { METRICS } from '@/lib/domain/metric-catalogue';
import { healthMetrics } from './health-metrics';
import type { ScoredRollout } from './rollout/rollout';
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
  dropped: [],
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
    ...Object.keys(healthMetrics(batch, 3)),
  ];
  expect(written.filter((name) => !known.has(name))).toEqual(['rollout/exact_match']);
});

const EMPTY: RolloutBatch = { step: 0, asked: 0, groups: [], dropped: [], failed: [] };

test('an empty batch gives zeros, not NaN', () => {
  const values = Object.values(rolloutMetrics(EMPTY, new Map()));
  expect([...values, ...Object.values(healthMetrics(EMPTY, 3))].every(Number.isFinite)).toBe(true);
});

test('what dynamic sampling dropped counts in what was sampled, not in what is trained on', () => {
  const [first, ...others] = batch.groups;
  if (first === undefined) throw new Error('a group');
  const filtered = { ...batch, groups: others, dropped: [first] };
  const metrics = rolloutMetrics(filtered, new Map());
  expect(metrics).toMatchObject({ 'rollout/reward_mean': 4 / 7, 'rollout/zero_signal_share': 0.75 });
  expect(metrics).toMatchObject({ 'critic/grpo_num_groups': 3, 'training/batch_size': 5 });
});

test('the health of a step: reasons to end, age of the weights, tools, groups by mean reward', () => {
  const [group0] = batch.groups;
  const [rollout] = group0?.rollouts ?? [];
  if (rollout === undefined) throw new Error('a rollout');
  const sampled = (version: number, changes: Partial<ScoredRollout['episode']>): ScoredRollout => {
    const [sequence] = rollout.episode.sequences;
    if (sequence === undefined) throw new Error('a sequence');
    const sequences = [{ ...sequence, weightVersions: sequence.tokens.map(() => version) }];
    return { ...rollout, episode: { ...rollout.episode, sequences, ...changes } };
  };
  const counts = { modelCalls: 2, toolCalls: 3, toolErrors: 2, toolTimeouts: 1 };
  const rollouts = [sampled(7, {}), sampled(5, { stopReason: 'length', counts })];
  const metrics = healthMetrics({ ...EMPTY, groups: [{ name: 'task-0', rollouts }] }, 7);
  expect(metrics).toMatchObject({
    'rollout/finish_stop': 0.5,
    'rollout/finish_length': 0.5,
    'rollout/staleness_mean': 1,
    'rollout/staleness_max': 2,
    'rollout/tool_calls': 3,
    'rollout/tool_errors': 2,
    'rollout/tool_timeouts': 1,
    'rollout/groups_at_100': 1,
    'rollout/groups_at_0': 0,
  });
  const shares = Object.entries(healthMetrics(batch, 3)).filter(([name]) =>
    name.startsWith('rollout/groups_'),
  );
  expect(shares.reduce((sum, [, share]) => sum + share, 0)).toBeCloseTo(1, 12);
});
