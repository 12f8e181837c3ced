export const METRIC_UNITS = [
  'plain',
  'share',
  'tokens',
  'nats',
  'seconds',
  'tokens_per_second',
  'rate',
  'count',
] as const;
export type MetricUnit = (typeof METRIC_UNITS)[number];

export type MetricInfo = {
  readonly name: string;
  readonly title: string;
  readonly unit: MetricUnit;
  /** What it is, in a sentence. */
  readonly meaning: string;
  /** Family under which it is listed. */
  readonly group:
    'reward' | 'validation' | 'signal' | 'length' | 'training' | 'timing' | 'warm_start' | 'progress';
  readonly better: 'higher' | 'lower' | 'none';
};

type Row = readonly [
  name: string,
  title: string,
  unit: MetricUnit,
  better: MetricInfo['better'],
  meaning: string,
];

function family(group: MetricInfo['group'], rows: readonly Row[]): readonly MetricInfo[] {
  return rows.map(([name, title, unit, better, meaning]) => ({ name, title, unit, better, meaning, group }));
}

/**
 * Every metric that a run writes under a fixed name. Steps are 0-based for all but `val/*` (completed steps when it
 * was measured) and `warm_start/*` (index of the supervised update). Evaluators add `rollout/<key>` and `val/<key>`.
 */
export const METRICS: readonly MetricInfo[] = [
  ...family('reward', [
    ['rollout/reward_mean', 'Reward', 'plain', 'higher', 'Mean reward of the rollouts of a step.'],
    [
      'rollout/reward_std',
      'Reward spread',
      'plain',
      'none',
      'Population standard deviation of the rewards of a step.',
    ],
    ['rollout/reward_min', 'Lowest reward', 'plain', 'higher', 'Lowest reward of a step.'],
    ['rollout/reward_max', 'Highest reward', 'plain', 'higher', 'Highest reward of a step.'],
    [
      'rollout/failed',
      'Failed rollouts',
      'count',
      'lower',
      'Rollouts of a step that ended in an error and were left out.',
    ],
    [
      'rollout/failed_share',
      'Failed share',
      'share',
      'lower',
      'Failed rollouts as a share of those asked for.',
    ],
  ]),
  ...family('validation', [
    ['val/reward_mean', 'Held-out reward', 'plain', 'higher', 'Mean reward on the held-out file.'],
    [
      'val/reward_std',
      'Held-out reward spread',
      'plain',
      'none',
      'Population standard deviation of the held-out rewards.',
    ],
    [
      'val/exact_match',
      'Held-out exact',
      'share',
      'higher',
      'Share of held-out prompts answered exactly, by the evaluator’s exact_match.',
    ],
    ['val/num_samples', 'Held-out samples', 'count', 'none', 'Held-out rollouts that were scored.'],
    ['val/failed', 'Failed held-out rollouts', 'count', 'lower', 'Held-out rollouts that ended in an error.'],
    [
      'val/truncated_share',
      'Held-out truncated',
      'share',
      'lower',
      'Share of held-out responses cut off at the length limit.',
    ],
    [
      'val/response_length_mean',
      'Held-out response length',
      'tokens',
      'none',
      'Mean completion length on the held-out file.',
    ],
  ]),
  ...family('signal', [
    [
      'critic/grpo_std/mean',
      'Spread within groups',
      'plain',
      'none',
      'Mean over groups of the population standard deviation of rewards.',
    ],
    [
      'critic/grpo_num_groups',
      'Groups',
      'count',
      'none',
      'Prompts of the step that have at least one scored rollout.',
    ],
    [
      'critic/advantage_mean',
      'Mean advantage',
      'plain',
      'none',
      'Mean advantage over the rollouts of the step; near 0 by construction.',
    ],
    [
      'critic/advantage_std',
      'Advantage spread',
      'plain',
      'none',
      'Population standard deviation of the advantages of the step.',
    ],
    [
      'rollout/zero_signal_share',
      'Groups without signal',
      'share',
      'lower',
      'Share of groups whose rollouts all earned the same.',
    ],
    [
      'rollout/zero_signal_all_right',
      'All right',
      'share',
      'none',
      'Share of groups whose rollouts all earned the full reward (1 or more).',
    ],
    [
      'rollout/zero_signal_all_wrong',
      'All the same, not right',
      'share',
      'lower',
      'Share of groups whose rollouts all earned the same lesser reward.',
    ],
    [
      'rollout/staleness_mean',
      'Staleness',
      'plain',
      'lower',
      'Mean number of weight versions between sampler and trainer.',
    ],
    [
      'rollout/staleness_max',
      'Largest staleness',
      'plain',
      'lower',
      'Most weight versions between sampler and trainer.',
    ],
  ]),
  ...family('length', [
    ['response_length/mean', 'Response length', 'tokens', 'none', 'Mean completion length.'],
    ['response_length/max', 'Longest response', 'tokens', 'none', 'Longest completion of the step.'],
    ['response_length/min', 'Shortest response', 'tokens', 'none', 'Shortest completion of the step.'],
    ['prompt_length/mean', 'Prompt length', 'tokens', 'none', 'Mean prompt length.'],
    [
      'rollout/truncated_share',
      'Truncated',
      'share',
      'lower',
      'Share of responses cut off at the length limit.',
    ],
  ]),
  ...family('training', [
    ['training/loss', 'Loss', 'plain', 'none', 'The whole objective; hovers around 0 in GRPO.'],
    ['training/pg_loss', 'Policy loss', 'plain', 'none', 'The policy-gradient part of the loss.'],
    [
      'training/entropy',
      'Entropy',
      'nats',
      'none',
      'Mean entropy of the next-token distribution over trained tokens.',
    ],
    ['training/grad_norm', 'Gradient norm', 'plain', 'none', 'Global norm before clipping.'],
    ['training/lr', 'Learning rate', 'rate', 'none', 'As the optimizer used it.'],
    [
      'training/lr_factor',
      'Rate factor',
      'plain',
      'none',
      'Factor on the learning rate that the KL rule has set.',
    ],
    ['training/num_datums', 'Trained sequences', 'count', 'none', 'Rollouts with a non-zero advantage.'],
    ['training/batch_size', 'Scored rollouts', 'count', 'none', 'Rollouts of the step that were scored.'],
    ['training/tokens', 'Trained tokens', 'tokens', 'none', 'Completion tokens in the trained sequences.'],
    ['training/mini_batches', 'Optimizer steps', 'count', 'none', 'Optimizer steps taken on the batch.'],
    [
      'training/skipped',
      'Skipped',
      'count',
      'lower',
      '1 when no group had a signal and the weights stayed as they were.',
    ],
    ['training/weight_version', 'Weight version', 'count', 'none', 'Version that sampled the batch.'],
    [
      'actor/ppo_kl',
      'KL to the sampler',
      'nats',
      'none',
      'Mean of log p(old) − log p(new) over trained tokens, averaged over mini-batches.',
    ],
    [
      'actor/ppo_kl_last',
      'KL at the last mini-batch',
      'nats',
      'none',
      'What the learning-rate rule looks at.',
    ],
    ['actor/pg_clipfrac', 'Clip fraction', 'share', 'none', 'Share of tokens whose ratio was clipped.'],
    ['actor/pg_clipfrac_low', 'Clipped low', 'share', 'none', 'Share of tokens clipped at the lower bound.'],
    [
      'actor/pg_clipfrac_high',
      'Clipped high',
      'share',
      'none',
      'Share of tokens clipped at the upper bound.',
    ],
    ['actor/avg_ratio', 'Mean ratio', 'plain', 'none', 'Mean of p(new) / p(old) over trained tokens.'],
  ]),
  ...family('timing', [
    [
      'timing/step',
      'Step time',
      'seconds',
      'lower',
      'Wall time of a step, validation and checkpoints excluded.',
    ],
    [
      'timing/rollout',
      'Rollout time',
      'seconds',
      'lower',
      'From the first request to the last scored rollout, less evaluation.',
    ],
    [
      'timing/evaluate',
      'Evaluation time',
      'seconds',
      'lower',
      'Time in which only evaluations were pending.',
    ],
    ['timing/train', 'Training time', 'seconds', 'lower', 'All optimizer steps of the batch.'],
    [
      'timing/sync',
      'Weight sync time',
      'seconds',
      'lower',
      'Publishing the weights and loading them into the sampler.',
    ],
    [
      'timing/checkpoint',
      'Checkpoint time',
      'seconds',
      'lower',
      'Saving the state; only on steps that save.',
    ],
    ['timing/validate', 'Validation time', 'seconds', 'lower', 'Sampling and scoring the held-out file.'],
    [
      'throughput/tokens_per_second',
      'Tokens per second',
      'tokens_per_second',
      'higher',
      'Completion tokens per second of rollout.',
    ],
  ]),
  ...family('progress', [
    [
      'progress/generated_tokens',
      'Generated tokens',
      'tokens',
      'none',
      'Completion tokens of all steps so far.',
    ],
    ['progress/epoch', 'Epoch', 'count', 'none', 'Pass over the training data, from 0.'],
  ]),
  ...family('warm_start', [
    [
      'warm_start/loss',
      'Warm-start loss',
      'nats',
      'lower',
      'Cross-entropy per answer token, before the first GRPO step.',
    ],
    [
      'warm_start/exact',
      'Warm-start exact',
      'share',
      'higher',
      'Share of sampled answers that are exactly right, on training prompts.',
    ],
  ]),
];

const BY_NAME: ReadonlyMap<string, MetricInfo> = new Map(METRICS.map((metric) => [metric.name, metric]));

/** What is known of a metric; one that an evaluator brought is described by its name. */
export function metricInfo(name: string): MetricInfo {
  return BY_NAME.get(name) ?? evaluatorMetric(name);
}

function evaluatorMetric(name: string): MetricInfo {
  const [prefix = '', ...rest] = name.split('/');
  const isHeldOut = prefix === 'val';
  return {
    name,
    title: rest.join('/').replaceAll('_', ' ') || name,
    unit: 'plain',
    meaning: isHeldOut
      ? 'Mean of what the evaluator returned, on the held-out file.'
      : 'Mean of what the evaluator returned.',
    group: isHeldOut ? 'validation' : 'reward',
    better: 'none',
  };
}
