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

/** Candidates of one sequence: `count` entries per token, those of the first token empty (log-probability −∞). */
export type Likeliest = { readonly tokens: Int32Array; readonly logprobs: Float32Array };

/** A small model with its optimizer. Calls on one learner run in the order in which they were made. */
export type Learner = {
  sample(requests: readonly SampleRequest[]): Promise<readonly Sample[]>;
  /** Natural-log probabilities of every token; entry 0 of each is 0. Rejects for `reference` before `freezeReference`. */
  forward(
    batch: readonly Datum[],
    temperature: number,
    weights: 'training' | 'reference',
  ): Promise<readonly Float32Array[]>;
  /** The `count` likeliest tokens at every place but the first, under the training weights at temperature 1; likeliest first. */
  likeliest(batch: readonly Datum[], count: number): Promise<readonly Likeliest[]>;
  /**
   * Forward, loss and backward: adds the gradient to what has gathered since the last step. Weights may be negative. Gives
   * the log-probability of every token, trained or not (entry 0 of each is 0), and the metrics of `lossMetrics`.
   */
  accumulate(
    batch: readonly Datum[],
    loss: LossSpec,
  ): Promise<{
    readonly logprobs: readonly Float32Array[];
    readonly metrics: Readonly<Record<string, number>>;
  }>;
  /** One Adam step on the gathered gradient, which is then gone. Metrics: grad_norm, lr. Rejects when nothing was gathered. */
  applyGradient(optimizer: OptimizerSpec): Promise<Readonly<Record<string, number>>>;
  forgetGradient(): Promise<void>;
  /** Forgets what was gathered, then forward, loss, backward and one Adam step. Metrics: those of `lossMetrics`, grad_norm, lr. */
  trainStep(
    batch: readonly Datum[],
    loss: LossSpec,
    optimizer: OptimizerSpec,
  ): Promise<Readonly<Record<string, number>>>;
  /** Weights, Adam moments and counters (safetensors); without the optimizer, weights alone. */
  save(options?: { readonly optimizer: boolean }): Promise<Uint8Array>;
  /** Without the optimizer, or from a state that lacks it, moments and counter start anew. A gathered gradient is forgotten. */
  load(state: Uint8Array, options?: { readonly optimizer: boolean }): Promise<void>;
  /** Keeps a copy of the training weights as the reference model; `save` and `load` take it along. */
  freezeReference(): Promise<void>;
  /** Copies the training weights to those that `sample` uses; training never changes what is being sampled from. */
  publish(): Promise<void>;
  close(): Promise<void>;
};
