import { z } from 'zod';
import { MetricValue } from '@/lib/domain/run-event';
import { KL_ESTIMATORS } from '@/lib/rl/kl/estimate';
import { StopReason } from '@/lib/domain/trajectory';
import { PackedBatch, RaggedFloats, RaggedInts } from './packed';

// The embedded service's own API, as both its sides see it. Other protocols stand beside it and never change it.

/** Raised when a client and a service of different versions could misunderstand each other. */
export const NATIVE_VERSION = 2;
export const NATIVE_PREFIX = '/native/v1';

/** More sequences in one call than this are refused: the client splits, the service stays responsive. */
export const MAX_SEQUENCES = 4096;

const whole = z.number().int();

export const HealthReply = z.object({
  version: whole,
  /** Which build answers; differs after an update. */
  build: z.string(),
  pid: whole,
  models: z.array(z.object({ id: z.string(), name: z.string(), queued: whole })),
});
export type HealthReply = z.infer<typeof HealthReply>;

export const WireShape = z.object({
  modelWidth: whole.multipleOf(8).min(8).max(2048),
  layers: whole.min(1).max(64),
  heads: whole.min(1).max(64),
  context: whole.multipleOf(8).min(8).max(16_384),
});

export const OpenRequest = z.object({
  /** One model per name: opening it again replaces the first. */
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,79}$/i, 'is not a model name (letters, digits, dot, dash, underscore)'),
  shape: WireShape,
  seed: whole,
  /** Null = the service decides. */
  threads: whole.min(1).max(64).nullable(),
});
export const OpenReply = z.object({
  /** Names this model in all other calls; another one after each `open`. */
  id: z.string(),
  weightVersion: whole,
  context: whole,
  /** Text of every token id. */
  vocabulary: z.array(z.string()),
});

export const EncodeRequest = z.object({
  texts: z.array(z.string()).max(MAX_SEQUENCES),
  appendEnd: z.boolean(),
});
export const EncodeReply = z.object({ tokens: RaggedInts });

export const SampleRequestBody = z.object({
  requests: z
    .array(
      z.object({
        prompt: z.string(),
        /** Exact ids instead of `prompt`. */
        promptTokens: z.array(whole.nonnegative()).max(16_384).optional(),
        stopTokens: z.array(whole.nonnegative()).max(16).optional(),
        maxTokens: whole.positive(),
        temperature: z.number().nonnegative(),
        stop: z.array(z.string().min(1)).max(16),
        seed: whole,
      }),
    )
    .min(1)
    .max(MAX_SEQUENCES),
});
export type SampleRequestBody = z.infer<typeof SampleRequestBody>;

/** The k-th row of everything belongs to the k-th request; the rows of a failed request are empty. */
export const SampleReply = z.object({
  weightVersion: whole,
  promptTokens: RaggedInts,
  tokens: RaggedInts,
  logprobs: RaggedFloats,
  texts: z.array(z.string()),
  stopReasons: z.array(StopReason),
  failures: z.array(z.object({ index: whole.nonnegative(), code: z.string(), message: z.string() })),
});

export const ForwardRequest = z.object({
  batch: PackedBatch,
  temperature: z.number().positive(),
  /** `published`: refused unless the published weights are those being trained. */
  weights: z.enum(['training', 'published', 'reference']),
});
export const ForwardReply = z.object({ logprobs: RaggedFloats });

const rate = z.number().nonnegative();
const lossParts = {
  entropyCoefficient: z.number(),
  temperature: z.number().positive(),
  kl: z.object({ estimator: z.enum(KL_ESTIMATORS), coefficient: z.number() }).exactOptional(),
  normalizer: z.number().positive().exactOptional(),
};
export const WireLoss = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('cross_entropy'), ...lossParts }),
  z.object({ kind: z.literal('importance_sampling'), ...lossParts }),
  z.object({
    kind: z.literal('ppo'),
    clipLow: rate,
    clipHigh: rate,
    dualClip: z.number().min(1).nullable(),
    ...lossParts,
  }),
  z.object({ kind: z.enum(['gspo', 'cispo']), clipLow: rate, clipHigh: rate, ...lossParts }),
]);
export const WireOptimizer = z.object({
  learningRate: rate,
  beta1: z.number().min(0).lt(1),
  beta2: z.number().min(0).lt(1),
  epsilon: z.number().positive(),
  weightDecay: rate,
  gradClip: rate,
});

const OperationId = z.string().min(1).max(200);
export const TrainStepRequest = z.object({
  operationId: OperationId,
  batch: PackedBatch,
  loss: WireLoss,
  optimizer: WireOptimizer,
});
export const TrainStepReply = z.object({ metrics: z.record(z.string(), MetricValue) });

export const PublishRequest = z.object({ operationId: OperationId });
export const PublishReply = z.object({ weightVersion: whole });

/** Absolute or below the data directory; refused outside of it. */
export const StateRequest = z.object({ path: z.string().min(1).max(1000) });
export const SaveReply = z.object({ path: z.string(), bytes: whole.nonnegative() });
export const LoadReply = z.object({ weightVersion: whole });

export const Done = z.object({ done: z.literal(true) });
export const ShutdownRequest = z.object({
  /** End even with models open. */
  force: z.boolean(),
});
