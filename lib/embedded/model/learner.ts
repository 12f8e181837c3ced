import type { Datum, LossSpec, OptimizerSpec } from '@/lib/rl/datum';
import type { StopReason } from '@/lib/domain/trajectory';

/** Shape of an embedded decoder. Pre-norm, learned positions, untied head; `modelWidth`, head width and `context` are multiples of 8. */
export type ModelShape = {
  readonly modelWidth: number;
  readonly layers: number;
  readonly heads: number;
  /** Longest sequence, prompt and completion together, in tokens. */
  readonly context: number;
};

export type SampleRequest = {
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  readonly temperature: number;
  readonly stopTokens: readonly number[];
  /** With the prompt and the weights it decides the completion, whatever else is in the batch. */
  readonly seed: number;
};

export type Sample = {
  readonly tokens: Int32Array;
  readonly logprobs: Float32Array;
  readonly stopReason: Extract<StopReason, 'stop' | 'length'>;
};

/** A small model with its optimizer. Calls on one learner run in the order in which they were made. */
export type Learner = {
  sample(requests: readonly SampleRequest[]): Promise<readonly Sample[]>;
  forward(batch: readonly Datum[], temperature: number): Promise<readonly Float32Array[]>;
  /** Forward, loss, backward and one Adam step. Metrics: loss, pg_loss, entropy_loss, ppo_kl, pg_clipfrac(+_low,_high), avg_ratio, grad_norm, lr, tokens. */
  trainStep(
    batch: readonly Datum[],
    loss: LossSpec,
    optimizer: OptimizerSpec,
  ): Promise<Readonly<Record<string, number>>>;
  /** Weights, Adam moments and counters (safetensors). */
  save(): Promise<Uint8Array>;
  load(state: Uint8Array): Promise<void>;
  /** Copies the training weights to those that `sample` uses; training never changes what is being sampled from. */
  publish(): Promise<void>;
  close(): Promise<void>;
};
