import { z } from 'zod';
import { MetricValue } from '@/lib/domain/run-event';
import { KL_ESTIMATORS } from '@/lib/rl/kl/estimate';
import type { LossSpec, OptimizerSpec } from '@/lib/rl/datum';

// The train-service protocol as both its sides see it; docs/protocols/train-service.md is its description.

export const TRAIN_PREFIX = '/train/v1';
export const PROTOCOL = 'galley-train';
export const PROTOCOL_VERSION = 1;

const whole = z.number().int().nonnegative();
const OperationId = z.string().min(1).max(200);
export const Identifier = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,79}$/i, 'is not a name (letters, digits, dot, dash, underscore)');

export const Health = z.object({
  status: z.literal('healthy'),
  protocol: z.literal(PROTOCOL),
  version: z.number().int(),
  server: z.string(),
  /** Another one after each start of the server. */
  instance: z.string(),
  losses: z.array(z.string()),
  kl_estimators: z.array(z.string()),
  limits: z.object({ max_body_bytes: whole, max_sequences: whole }),
});
export type Health = z.infer<typeof Health>;

export const Models = z.object({
  models: z.array(
    z.object({ model_id: z.string(), identifier: z.string(), base_model: z.string(), queued: whole }),
  ),
});

export const Tuning = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('full') }),
  z.object({ kind: z.literal('lora'), rank: z.number().int().positive() }),
]);
export const Initialize = z.object({
  operation_id: OperationId,
  identifier: Identifier,
  base_model: z.string().min(1).max(1000),
  tuning: Tuning,
  seed: z.number().int(),
  /** The recipe's section of this service, for servers that take settings of their own from it. */
  config: z.record(z.string(), z.unknown()).default({}),
});
export const Initialized = z.object({
  model_id: z.string(),
  epoch: whole,
  /** What is trained; says so where it is not what was asked for. */
  tuning: Tuning,
  weight_version: whole,
  /** Longest sequence, in tokens. */
  context: z.number().int().positive(),
  vocabulary_size: z.number().int().positive(),
  /** Silence after which the model is dropped; null = never. */
  lease_s: z.number().positive().nullable(),
  notes: z.array(z.string()),
});
export type Initialized = z.infer<typeof Initialized>;

const OfModel = z.object({ model_id: z.string() });
/** Of every call that changes the model. */
const Write = OfModel.extend({ epoch: whole, operation_id: OperationId });

export const Heartbeat = OfModel;
export const HeartbeatReply = z.object({ instance: z.string() });

export const ComputeLogProb = OfModel.extend({
  model: z.enum(['policy', 'reference']),
  temperature: z.number().positive(),
});

const lossParts = {
  entropy_coefficient: z.number(),
  temperature: z.number().positive(),
  normalizer: z.number().positive(),
  kl: z.object({ estimator: z.enum(KL_ESTIMATORS), coefficient: z.number() }).exactOptional(),
};
const bounds = { clip_low: z.number().nonnegative(), clip_high: z.number().nonnegative() };
export const WireLoss = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['cross_entropy', 'importance_sampling']), ...lossParts }),
  z.object({ kind: z.literal('ppo'), ...bounds, dual_clip: z.number().min(1).nullable(), ...lossParts }),
  z.object({ kind: z.enum(['gspo', 'cispo']), ...bounds, ...lossParts }),
]);
export type WireLoss = z.infer<typeof WireLoss>;

export const ForwardBackward = Write.extend({ part: whole, loss: WireLoss });
export const Metrics = z.record(z.string(), MetricValue);
export const ForwardBackwardReply = z.object({
  metrics: Metrics,
  /** Trained tokens of the part, and the sum of their weights: what metrics of several parts are weighted by. */
  tokens: whole,
  weight: z.number(),
});
export type PartResult = z.infer<typeof ForwardBackwardReply>;

const rate = z.number().nonnegative();
export const WireOptimizer = z.object({
  learning_rate: rate,
  beta1: z.number().min(0).lt(1),
  beta2: z.number().min(0).lt(1),
  epsilon: z.number().positive(),
  weight_decay: rate,
  grad_clip: rate,
});
export const OptimStep = Write.extend({ parts: z.number().int().positive(), optimizer: WireOptimizer });
export const OptimStepReply = z.object({ metrics: Metrics });

export const FreezeReference = Write;
export const Done = z.object({ done: z.literal(true) });

const Place = z.string().min(1).max(1000);
export const SaveCheckpoint = Write.extend({
  local_path: Place,
  save_weight_only: z.boolean(),
  /** Of the folders of weights that this model wrote, the newest so many stay; null = all. */
  keep: z.number().int().positive().nullable(),
});
export const SaveCheckpointReply = z.object({ path: z.string(), bytes: whole, weight_version: whole });
export const LoadCheckpoint = Write.extend({ path: Place });
export const LoadCheckpointReply = z.object({ epoch: whole, weight_version: whole });
export const Deregister = OfModel;

/** The loss of a part: the normalizer is that of the whole step. */
export function lossToWire(loss: LossSpec, normalizer: number): WireLoss {
  const common = {
    entropy_coefficient: loss.entropyCoefficient,
    temperature: loss.temperature,
    normalizer,
    ...(loss.kl === undefined ? {} : { kl: loss.kl }),
  };
  switch (loss.kind) {
    case 'cross_entropy':
    case 'importance_sampling':
      return { kind: loss.kind, ...common };
    case 'ppo':
      return {
        kind: 'ppo',
        clip_low: loss.clipLow,
        clip_high: loss.clipHigh,
        dual_clip: loss.dualClip,
        ...common,
      };
    case 'gspo':
    case 'cispo':
      return { kind: loss.kind, clip_low: loss.clipLow, clip_high: loss.clipHigh, ...common };
  }
}

export function lossFromWire(loss: WireLoss): LossSpec {
  const common = {
    entropyCoefficient: loss.entropy_coefficient,
    temperature: loss.temperature,
    normalizer: loss.normalizer,
    ...(loss.kl === undefined ? {} : { kl: loss.kl }),
  };
  switch (loss.kind) {
    case 'cross_entropy':
    case 'importance_sampling':
      return { kind: loss.kind, ...common };
    case 'ppo':
      return {
        kind: 'ppo',
        clipLow: loss.clip_low,
        clipHigh: loss.clip_high,
        dualClip: loss.dual_clip,
        ...common,
      };
    case 'gspo':
    case 'cispo':
      return { kind: loss.kind, clipLow: loss.clip_low, clipHigh: loss.clip_high, ...common };
  }
}

export function optimizerToWire(optimizer: OptimizerSpec): z.infer<typeof WireOptimizer> {
  return {
    learning_rate: optimizer.learningRate,
    beta1: optimizer.beta1,
    beta2: optimizer.beta2,
    epsilon: optimizer.epsilon,
    weight_decay: optimizer.weightDecay,
    grad_clip: optimizer.gradClip,
  };
}

export function optimizerFromWire(optimizer: z.infer<typeof WireOptimizer>): OptimizerSpec {
  return {
    learningRate: optimizer.learning_rate,
    beta1: optimizer.beta1,
    beta2: optimizer.beta2,
    epsilon: optimizer.epsilon,
    weightDecay: optimizer.weight_decay,
    gradClip: optimizer.grad_clip,
  };
}
