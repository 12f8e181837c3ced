import type { HealthInput } from '@/lib/insight/health/run-view';
import type { HealthSeries } from '@/lib/insight/health/track';

/** A value per step. */
export type Curve = (step: number) => number;

const STEP_MS = 2000;

/** A series of one point per step, a step every two seconds from time 0. */
export function aHealthSeries(key: string, curve: Curve, steps: number): HealthSeries {
  return fromValues(
    key,
    Array.from({ length: steps }, (_, step) => curve(step)),
  );
}

function fromValues(key: string, values: readonly number[]): HealthSeries {
  const step = values.map((_, index) => index);
  return { key, step, time: step.map((at) => (at + 1) * STEP_MS), mean: values, last: values };
}

/** What a healthy small run would write: it learns, stays sane and keeps its pace. */
export const WELL: Readonly<Record<string, Curve>> = {
  'rollout/reward_mean': (step) => 0.3 + 0.5 * Math.min(1, step / 100) + ripple(step, 0.02),
  'rollout/reward_std': (step) => 0.3 + ripple(step, 0.02),
  'rollout/reward_max': () => 1,
  'rollout/zero_signal_all_wrong': (step) => 0.2 + ripple(step, 0.05),
  'rollout/zero_signal_all_right': (step) => 0.1 + ripple(step, 0.05),
  'rollout/truncated_share': () => 0.02,
  'rollout/failed_share': () => 0,
  'rollout/finish_error': () => 0,
  'rollout/tool_calls': () => 100,
  'rollout/tool_errors': (step) => (step % 7 === 0 ? 3 : 1),
  'rollout/staleness_mean': () => 0,
  'rollout/stale_dropped': () => 4,
  'training/batch_size': () => 512,
  'training/skipped': () => 0,
  'training/entropy': (step) => 1 / (1 + step / 60) + ripple(step, 0.02),
  'training/grad_norm': (step) => 0.5 + step / 100 + ripple(step, 0.1),
  'training/loss': (step) => ripple(step, 0.01),
  'training/sampler_gap_mean': () => 0.008,
  'training/tis_weight_mean': () => 1,
  'training/tis_capped_share': () => 0.01,
  'actor/ppo_kl': (step) => 0.004 + ripple(step, 0.002),
  'actor/pg_clipfrac': () => 0.03,
  'critic/kl': (step) => step / 1000,
  'response_length/mean': (step) => 200 + step / 5 + ripple(step, 10),
  'throughput/tokens_per_second': (step) => 10_000 + ripple(step, 2000),
  'timing/step': () => 2,
  'timing/rollout': () => 0.8,
  'timing/evaluate': () => 0.1,
  'timing/wait': () => 0.05,
  'timing/trainer_wait': () => 0.6,
  'timing/sampler_wait': () => 0.6,
  'timing/sync': () => 0.05,
  'memory/used_share': () => 0.4,
};

/** Deterministic noise in [−size, size]. */
function ripple(step: number, size: number): number {
  return size * Math.sin(step * 12.9898) * Math.cos(step * 4.1414);
}

export const WELL_CONFIG = {
  data: { batch_size: 64, rollout_repeat_n: 8, max_response_length: 512 },
  rollout_worker: { num_workers: 512, temperature: 1, max_attempts: 1 },
  trainer: { algorithm: {} },
  service: { train_service: { policy: { role: 'actor', config: { learning_rate: 0.001 } } } },
} as const;

export type HealthChange = {
  readonly steps?: number;
  readonly curves?: Readonly<Record<string, Curve>>;
  /** Points of the held-out reward: step → value. */
  readonly heldOut?: readonly (readonly [step: number, value: number])[];
  readonly config?: unknown;
  readonly run?: Partial<HealthInput['run']>;
  readonly told?: HealthInput['told'];
  readonly now?: number;
  readonly statusSince?: number;
};

/** A healthy running run, with what a test changes of it. */
export function aHealthInput(change: HealthChange = {}): HealthInput {
  const steps = change.steps ?? 150;
  const curves = { ...WELL, ...change.curves };
  const heldOut = change.heldOut ?? [];
  const now = change.now ?? (steps + 1) * STEP_MS;
  return {
    run: {
      status: 'running',
      reason: null,
      step: steps,
      totalSteps: 200,
      heartbeatAt: new Date(now - 500).toISOString(),
      ...change.run,
    },
    config: change.config ?? WELL_CONFIG,
    series: [
      ...Object.entries(curves).map(([key, curve]) => aHealthSeries(key, curve, steps)),
      ...(heldOut.length === 0
        ? []
        : [
            {
              key: 'val/reward_mean',
              step: heldOut.map(([step]) => step),
              time: heldOut.map(([step]) => step * STEP_MS),
              mean: heldOut.map(([, value]) => value),
              last: heldOut.map(([, value]) => value),
            },
          ]),
    ],
    told: change.told ?? [],
    statusSince: change.statusSince ?? 0,
    now,
  };
}
