import { FAILURE_KINDS } from '@/lib/domain/failure-kind';
import { passAtK, passKs } from '@/lib/rl/pass-at-k';
import { zeroSignalKind } from '@/lib/rl/signal';
import { mean, roundHalfEven, summarise } from '@/lib/rl/statistics';
import { agentMetrics } from './rollout/agent-metrics';
import type { ScoredRollout } from './rollout/rollout';
import type { RolloutBatch, RolloutGroup } from './trajectory-pool/trajectory-pool';

type Metrics = Readonly<Record<string, number>>;

/** What the rollouts of a training step were like. Sums run in (prompt, sample) order. */
export function rolloutMetrics(batch: RolloutBatch, advantages: ReadonlyMap<ScoredRollout, number>): Metrics {
  const sampled = [...batch.groups, ...batch.dropped];
  const rollouts = sampled.flatMap((group) => group.rollouts);
  const reward = summarise(rollouts.map((rollout) => rollout.evaluation.reward));
  const accuracy = summarise(rollouts.map((rollout) => roundHalfEven(rollout.evaluation.reward)));
  const trained = batch.groups.flatMap((group) => group.rollouts);
  const advantage = summarise(trained.map((rollout) => advantages.get(rollout) ?? 0));
  const spread = summarise(sampled.map((group) => summarise(rewardsOf(group)).std));
  return {
    ...evaluatorMetrics('rollout/', rollouts),
    'rollout/reward_mean': reward.mean,
    'rollout/reward_std': reward.std,
    'rollout/reward_min': reward.min,
    'rollout/reward_max': reward.max,
    'critic/accuracy/mean': accuracy.mean,
    'critic/accuracy/max': accuracy.max,
    'critic/accuracy/min': accuracy.min,
    'rollout/failed': batch.failed.length,
    'rollout/failed_share': batch.asked === 0 ? 0 : batch.failed.length / batch.asked,
    ...failureCounts(batch),
    'critic/grpo_std/mean': spread.mean,
    'critic/grpo_std/max': spread.max,
    'critic/grpo_std/min': spread.min,
    'critic/grpo_num_groups': batch.groups.length,
    'critic/advantage_mean': advantage.mean,
    'critic/advantage_std': advantage.std,
    'training/batch_size': trained.length,
    ...signalMetrics(sampled),
    ...lengthMetrics(rollouts),
    ...agentMetrics('rollout', rollouts),
  };
}

function failureCounts({ failed }: RolloutBatch): Metrics {
  const counts = FAILURE_KINDS.map((kind): readonly [string, number] => [
    `rollout/failed_${kind}`,
    failed.filter(({ failure }) => failure === kind).length,
  ]);
  return Object.fromEntries(counts);
}

/** The same view of a validation. */
export function validationMetrics(batch: RolloutBatch): Metrics {
  const rollouts = batch.groups.flatMap((group) => group.rollouts);
  const reward = summarise(rollouts.map((rollout) => rollout.evaluation.reward));
  return {
    ...evaluatorMetrics('val/', rollouts),
    ...sourceMetrics(rollouts),
    ...passMetrics(batch.groups),
    'val/reward_mean': reward.mean,
    'val/reward_std': reward.std,
    'val/num_samples': rollouts.length,
    'val/failed': batch.failed.length,
    'val/truncated_share': truncatedShare(rollouts),
    ...agentMetrics('val', rollouts),
    'val/response_length_mean': mean(rollouts.map((rollout) => rollout.episode.completionTokens)),
  };
}

/** From this reward on an answer is right. */
const RIGHT = 1;

/** pass@k over the prompts that have k scored answers; nothing where each was answered once. */
function passMetrics(groups: readonly RolloutGroup[]): Metrics {
  const samples = groups.reduce((most, { rollouts }) => Math.max(most, rollouts.length), 0);
  if (samples < 2) return {};
  return Object.fromEntries(
    passKs(samples).map((k) => {
      const chances = groups
        .filter(({ rollouts }) => rollouts.length >= k)
        .map((group) => {
          const rewards = rewardsOf(group);
          return passAtK(rewards.length, rewards.filter((reward) => reward >= RIGHT).length, k);
        });
      return [`val/pass_at_${k}`, mean(chances)];
    }),
  );
}

/** Each source of the held-out rows by itself: `val/<data_source>_<name>`, for rows that have the column. */
function sourceMetrics(rollouts: readonly ScoredRollout[]): Metrics {
  const bySource = new Map<string, ScoredRollout[]>();
  for (const rollout of rollouts) {
    const source = rollout.task.data['data_source'];
    if (typeof source !== 'string' || source === '') continue;
    const list = bySource.get(source);
    if (list) list.push(rollout);
    else bySource.set(source, [rollout]);
  }
  const metrics: Record<string, number> = {};
  for (const [source, list] of bySource) {
    metrics[`val/${source}_reward_mean`] = mean(list.map((rollout) => rollout.evaluation.reward));
    Object.assign(metrics, evaluatorMetrics(`val/${source}_`, list));
  }
  return metrics;
}

/** Mean of every metric that the evaluator returned, over the rollouts that have it. */
function evaluatorMetrics(prefix: string, rollouts: readonly ScoredRollout[]): Metrics {
  const values = new Map<string, number[]>();
  for (const { evaluation } of rollouts) {
    for (const [name, value] of Object.entries(evaluation.metrics)) {
      const list = values.get(name);
      if (list) list.push(value);
      else values.set(name, [value]);
    }
  }
  return Object.fromEntries([...values].map(([name, list]) => [`${prefix}${name}`, mean(list)]));
}

function signalMetrics(groups: readonly RolloutGroup[]): Metrics {
  const kinds = groups.map((group) => zeroSignalKind(rewardsOf(group)));
  const share = (kind: 'all_right' | 'all_wrong'): number =>
    groups.length === 0 ? 0 : kinds.filter((each) => each === kind).length / groups.length;
  const allRight = share('all_right');
  const allWrong = share('all_wrong');
  return {
    'rollout/zero_signal_all_right': allRight,
    'rollout/zero_signal_all_wrong': allWrong,
    'rollout/zero_signal_share': allRight + allWrong,
  };
}

function lengthMetrics(rollouts: readonly ScoredRollout[]): Metrics {
  const lengths = summarise(rollouts.map((rollout) => rollout.episode.completionTokens));
  const prompts = summarise(rollouts.map((rollout) => rollout.episode.promptTokens));
  const sequences = summarise(
    rollouts.flatMap(({ episode }) => episode.sequences.map(({ tokens }) => tokens.length)),
  );
  return {
    'rollout/seq_length_mean': sequences.mean,
    'rollout/seq_length_max': sequences.max,
    'rollout/seq_length_min': sequences.min,
    'response_length/mean': lengths.mean,
    'response_length/max': lengths.max,
    'response_length/min': lengths.min,
    'prompt_length/mean': prompts.mean,
    'prompt_length/max': prompts.max,
    'prompt_length/min': prompts.min,
    'rollout/truncated_share': truncatedShare(rollouts),
  };
}

function truncatedShare(rollouts: readonly ScoredRollout[]): number {
  return mean(rollouts.map((rollout) => (rollout.episode.isTruncated ? 1 : 0)));
}

function rewardsOf(group: RolloutGroup): readonly number[] {
  return group.rollouts.map((rollout) => rollout.evaluation.reward);
}
