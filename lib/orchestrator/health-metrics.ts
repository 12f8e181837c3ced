import { STOP_REASONS } from '@/lib/domain/trajectory';
import { mean, summarise } from '@/lib/rl/statistics';
import type { ScoredRollout } from './rollout/rollout';
import { weightVersionOf } from './weight-version-of';
import type { RolloutBatch } from './trajectory-pool/trajectory-pool';

type Metrics = Readonly<Record<string, number>>;

/**
 * How healthy the sampling of a step was: why responses ended, how old the weights were, which tools failed, and where
 * the mean rewards of the groups lie. `version` = weights that the step trains from.
 */
export function healthMetrics(batch: RolloutBatch, version: number): Metrics {
  const groups = [...batch.groups, ...batch.dropped].map(({ rollouts }) => rollouts);
  const rollouts = groups.flat();
  return {
    ...finishShares(rollouts),
    ...staleness(rollouts, version),
    ...toolCounts(rollouts),
    ...groupRewards(groups.map((group) => mean(group.map(({ evaluation }) => evaluation.reward)))),
  };
}

function finishShares(rollouts: readonly ScoredRollout[]): Metrics {
  const shares = STOP_REASONS.map((reason): readonly [string, number] => [
    `rollout/finish_${reason}`,
    mean(rollouts.map(({ episode }) => (episode.stopReason === reason ? 1 : 0))),
  ]);
  return Object.fromEntries(shares);
}

function staleness(rollouts: readonly ScoredRollout[], version: number): Metrics {
  const ages = rollouts.flatMap(({ episode }) => {
    const sampled = weightVersionOf(episode);
    return sampled === null ? [] : [Math.max(0, version - sampled)];
  });
  const { mean: average, max } = summarise(ages);
  return { 'rollout/staleness_mean': average, 'rollout/staleness_max': max };
}

function toolCounts(rollouts: readonly ScoredRollout[]): Metrics {
  const total = (name: 'toolCalls' | 'toolErrors' | 'toolTimeouts'): number =>
    rollouts.reduce((sum, { episode }) => sum + episode.counts[name], 0);
  return {
    'rollout/tool_calls': total('toolCalls'),
    'rollout/tool_errors': total('toolErrors'),
    'rollout/tool_timeouts': total('toolTimeouts'),
  };
}

/** Shares of groups by mean reward. The ends stand apart: nothing earned, and everything. */
const BINS = [
  { name: 'at_0', holds: (reward: number) => reward <= 0 },
  { name: 'to_25', holds: (reward: number) => reward > 0 && reward <= 0.25 },
  { name: 'to_50', holds: (reward: number) => reward > 0.25 && reward <= 0.5 },
  { name: 'to_75', holds: (reward: number) => reward > 0.5 && reward <= 0.75 },
  { name: 'below_100', holds: (reward: number) => reward > 0.75 && reward < 1 },
  { name: 'at_100', holds: (reward: number) => reward >= 1 },
] as const;

function groupRewards(rewards: readonly number[]): Metrics {
  const shares = BINS.map(({ name, holds }): readonly [string, number] => [
    `rollout/groups_${name}`,
    mean(rewards.map((reward) => (holds(reward) ? 1 : 0))),
  ]);
  return Object.fromEntries(shares);
}
