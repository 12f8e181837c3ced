import { canonicalMetric } from '@/lib/domain/metric-info';
import { REFERENCE_METRICS } from '@/lib/domain/reference-metrics';

/** A metric under Galley's own name and, after it, under those of imported runs. */
function named(canonical: string): readonly string[] {
  return [
    canonical,
    ...REFERENCE_METRICS.flatMap(({ name }) => (canonicalMetric(name) === canonical ? [name] : [])),
  ];
}

export const KEYS = {
  reward: named('rollout/reward_mean'),
  rewardSpread: ['rollout/reward_std'],
  highestReward: named('rollout/reward_max'),
  heldOut: ['val/reward_mean', 'val/exact_match'],
  allWrong: ['rollout/zero_signal_all_wrong'],
  allRight: ['rollout/zero_signal_all_right'],
  skipped: ['training/skipped'],
  entropy: named('training/entropy'),
  policyKl: [...named('actor/ppo_kl'), ...named('training/approx_kl')],
  referenceKl: named('critic/kl'),
  gradient: named('training/grad_norm'),
  loss: named('training/loss'),
  clipFraction: named('actor/pg_clipfrac'),
  length: ['response_length/mean'],
  // without the reference framework's clip_ratio: it counts the longest row of a batch, whatever the limit
  truncated: ['rollout/truncated_share'],
  samplerGap: ['training/sampler_gap_mean'],
  staleness: ['rollout/staleness_mean'],
  staleDropped: ['rollout/stale_dropped'],
  batchSize: named('training/batch_size'),
  importanceWeight: ['training/tis_weight_mean'],
  cappedWeights: ['training/tis_capped_share'],
  failedShare: ['rollout/failed_share'],
  serviceErrors: ['rollout/finish_error'],
  toolErrors: ['rollout/tool_errors'],
  toolCalls: ['rollout/tool_calls'],
  tokenRate: ['throughput/tokens_per_second'],
  stepTime: ['timing/step'],
  rolloutTime: named('timing/rollout'),
  evaluateTime: ['timing/evaluate'],
  trainerWait: ['timing/trainer_wait'],
  samplerWait: ['timing/sampler_wait'],
  waitTime: ['timing/wait'],
  syncTime: ['timing/sync'],
  validateTime: ['timing/validate'],
  memory: ['memory/used_share'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
