import type { MetricUnit } from '@/lib/domain/metric';
import type { SeriesColor } from '@/lib/charts/series-color';

export type PanelSeries = {
  readonly name: string;
  /** The same idea under the names of different trainers; the first that the run has is drawn. */
  readonly keys: readonly string[];
  readonly color: SeriesColor;
};

export type Panel = {
  readonly id: string;
  readonly title: string;
  readonly unit: MetricUnit;
  readonly draw: 'lines' | 'stack';
  readonly series: readonly PanelSeries[];
  readonly floor?: number;
  readonly ceiling?: number;
  /** What the picture means and when to worry, in a sentence. */
  readonly hint: string;
};

function line(name: string, color: SeriesColor, ...keys: readonly string[]): PanelSeries {
  return { name, color, keys };
}

/** The charts of a run's overview, in the order in which a reader asks. A panel without a series is not drawn. */
export const OVERVIEW_PANELS: readonly Panel[] = [
  {
    id: 'reward',
    title: 'Reward',
    unit: 'plain',
    draw: 'lines',
    floor: 0,
    ceiling: 1,
    series: [line('train', 'self-hosted', 'rollout/reward_mean', 'critic/score/mean', 'critic/rewards/mean')],
    hint: 'Mean reward of the rollouts of a step.',
  },
  {
    id: 'held-out',
    title: 'Held-out',
    unit: 'share',
    draw: 'lines',
    floor: 0,
    ceiling: 1,
    series: [
      line('exact', 'weaver', 'val/exact', 'val/exact_match', 'val/accuracy'),
      line('reward', 'sky', 'val/reward', 'val/reward_mean', 'val/score'),
    ],
    hint: 'The same model on prompts it never trains on. Train up and held-out flat is memory, or a hacked reward.',
  },
  {
    id: 'signal',
    title: 'Groups without signal',
    unit: 'share',
    draw: 'lines',
    floor: 0,
    series: [
      line(
        'right',
        'self-hosted',
        'rollout/zero_signal_all_right',
        'critic/zero_signal/all_right',
        'group/all_right',
      ),
      line(
        'wrong',
        'tinker',
        'rollout/zero_signal_all_wrong',
        'critic/zero_signal/all_wrong',
        'group/all_wrong',
      ),
    ],
    hint: 'Share of prompts whose rollouts were all right, or all equally wrong: they teach nothing.',
  },
  {
    id: 'group-rewards',
    title: 'Groups by mean reward',
    unit: 'share',
    draw: 'stack',
    floor: 0,
    ceiling: 1,
    series: [
      line('0', 'tinker', 'rollout/groups_at_0'),
      line('to ¼', 'common', 'rollout/groups_to_25'),
      line('to ½', 'environment', 'rollout/groups_to_50'),
      line('to ¾', 'embedded', 'rollout/groups_to_75'),
      line('below 1', 'sky', 'rollout/groups_below_100'),
      line('1', 'self-hosted', 'rollout/groups_at_100'),
    ],
    hint: 'Where the mean rewards of the groups lie. Prompts at 0 and at 1 teach nothing; the middle does.',
  },
  {
    id: 'length',
    title: 'Response length, tokens',
    unit: 'tokens',
    draw: 'lines',
    floor: 0,
    series: [
      line('mean', 'self-hosted', 'response_length/mean', 'rollout/response_length_mean'),
      line('max', 'embedded', 'response_length/max', 'rollout/response_length_max'),
    ],
    hint: 'A steady climb to the limit is a length hack; a fast fall is giving up.',
  },
  {
    id: 'truncated',
    title: 'Truncated responses',
    unit: 'share',
    draw: 'lines',
    floor: 0,
    series: [line('truncated', 'self-hosted', 'response_length/clip_ratio', 'rollout/truncated_share')],
    hint: 'Share of responses cut off at the length limit.',
  },
  {
    id: 'entropy',
    title: 'Entropy, nats per token',
    unit: 'nats',
    draw: 'lines',
    floor: 0,
    series: [
      line(
        'mean',
        'self-hosted',
        'actor/entropy',
        'actor/entropy_loss',
        'training/entropy',
        'rollout/entropy',
      ),
    ],
    hint: 'Falls gradually as the policy commits. A cliff is a collapse.',
  },
  {
    id: 'kl',
    title: 'KL to the sampler',
    unit: 'nats',
    draw: 'lines',
    series: [
      line(
        'ppo',
        'self-hosted',
        'actor/ppo_kl',
        'actor/kl',
        'actor/approx_kl',
        'training/kl',
        'training/approx_kl',
      ),
      line('reference', 'tinker', 'critic/kl', 'actor/kl_loss'),
    ],
    hint: 'How far a step moved the policy from the one that sampled the batch.',
  },
  {
    id: 'gap',
    title: 'Trainer–sampler gap, nats',
    unit: 'nats',
    draw: 'lines',
    floor: 0,
    series: [
      line('mean', 'self-hosted', 'training/sampler_gap_mean'),
      line('max', 'embedded', 'training/sampler_gap_max'),
    ],
    hint: 'How differently trainer and sampler see the same tokens. Two engines differ by about 0.01; more is a bug, or staleness.',
  },
  {
    id: 'clip',
    title: 'Clip fraction',
    unit: 'share',
    draw: 'lines',
    floor: 0,
    series: [
      line('all', 'common', 'actor/pg_clipfrac', 'actor/clip_fraction', 'training/clip_fraction'),
      line('high', 'self-hosted', 'actor/pg_clipfrac_high', 'actor/clip_fraction_high'),
      line('low', 'tinker', 'actor/pg_clipfrac_low', 'actor/clip_fraction_low'),
    ],
    hint: 'Share of tokens whose ratio was clipped. Exactly 0 is normal with one update per batch.',
  },
  {
    id: 'gradient',
    title: 'Gradient norm',
    unit: 'plain',
    draw: 'lines',
    floor: 0,
    series: [line('before clipping', 'self-hosted', 'actor/grad_norm', 'training/grad_norm')],
    hint: 'Global norm before clipping. Jumps of more than three times its usual size deserve a look.',
  },
  {
    id: 'loss',
    title: 'Policy loss',
    unit: 'plain',
    draw: 'lines',
    series: [
      line('loss', 'self-hosted', 'actor/pg_loss', 'actor/policy_loss', 'actor/loss', 'training/loss'),
    ],
    hint: 'Hovers around 0 in GRPO; read the reward, not the loss.',
  },
  {
    id: 'time',
    title: 'Step time, s',
    unit: 'seconds',
    draw: 'stack',
    floor: 0,
    series: [
      line('rollout', 'self-hosted', 'timing/rollout_time', 'timing/rollout'),
      line('evaluate', 'embedded', 'timing/evaluate_time', 'timing/evaluate'),
      line('train', 'tinker', 'timing/training_time', 'timing/train'),
      line('wait', 'common', 'timing/wait'),
      line('sync', 'weaver', 'timing/sync_time', 'timing/weight_sync', 'timing/sync'),
      line(
        'checkpoint',
        'environment',
        'timing/checkpoint_time',
        'timing/checkpoint',
        'timing/training/save_checkpoint',
      ),
    ],
    hint: 'Where the seconds of a step go. In the asynchronous modes sampling and training overlap, so the parts add up to more.',
  },
  {
    id: 'waits',
    title: 'Waiting, s',
    unit: 'seconds',
    draw: 'lines',
    floor: 0,
    series: [
      line('trainer', 'tinker', 'timing/trainer_wait'),
      line('samplers', 'self-hosted', 'timing/sampler_wait'),
    ],
    hint: 'The trainer waits for rollouts, or the samplers for weights. What waits more is the faster half.',
  },
  {
    id: 'speed',
    title: 'Tokens per second',
    unit: 'tokens_per_second',
    draw: 'lines',
    floor: 0,
    series: [
      line(
        'generated',
        'self-hosted',
        'rollout/tokens_per_second',
        'throughput/tokens_per_second',
        'timing/tokens_per_second',
      ),
    ],
    hint: 'Completion tokens sampled per second of rollout.',
  },
  {
    id: 'rate',
    title: 'Learning rate',
    unit: 'rate',
    draw: 'lines',
    floor: 0,
    series: [
      line('rate', 'self-hosted', 'actor/lr', 'actor/learning_rate', 'training/lr', 'training/learning_rate'),
    ],
    hint: 'As the trainer used it at each step.',
  },
  {
    id: 'spread',
    title: 'Reward spread within groups',
    unit: 'plain',
    draw: 'lines',
    floor: 0,
    series: [line('std', 'self-hosted', 'critic/grpo_std/mean', 'rollout/reward_std')],
    hint: 'GRPO learns from differences within a group; at 0 there is nothing to learn.',
  },
  {
    id: 'staleness',
    title: 'Weight staleness, versions',
    unit: 'plain',
    draw: 'lines',
    floor: 0,
    series: [
      line('mean', 'self-hosted', 'rollout/staleness_mean'),
      line('max', 'embedded', 'rollout/staleness_max'),
    ],
    hint: 'How many weight versions behind the trainer the sampler was.',
  },
  {
    id: 'errors',
    title: 'Failed rollouts',
    unit: 'plain',
    draw: 'lines',
    floor: 0,
    series: [
      line('all', 'common', 'rollout/failed', 'rollout/failed_count', 'rollout/failed_share'),
      line('service', 'self-hosted', 'rollout/failed_service'),
      line('time limit', 'tinker', 'rollout/failed_timeout'),
      line('evaluator', 'embedded', 'rollout/failed_evaluator_error'),
      line('evaluator’s limit', 'sky', 'rollout/failed_evaluator_timeout'),
      line('worker', 'yellow', 'rollout/failed_worker'),
    ],
    hint: 'Rollouts that ended in an error and were left out of the batch, and who failed.',
  },
];

/** Every key that the overview may draw. */
export const OVERVIEW_KEYS: readonly string[] = [
  ...new Set(OVERVIEW_PANELS.flatMap((panel) => panel.series.flatMap((series) => series.keys))),
].toSorted();

/** About the width of a card: more points than pixels would be drawn on top of each other. */
export const OVERVIEW_WIDTH = 360;

/** The one key by which runs are first judged, per trainer family. */
export const REWARD_KEYS: readonly string[] =
  OVERVIEW_PANELS.find((panel) => panel.id === 'reward')?.series[0]?.keys ?? [];
