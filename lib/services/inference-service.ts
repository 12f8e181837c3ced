import type { StopReason } from '@/lib/domain/trajectory';

export type GenerateRequest = {
  /** Rendered prompt. The service tokenizes it; exact token ids come back. */
  readonly prompt: string;
  /** The prompt as token ids, taken as they are instead of `prompt`: what a later turn needs to continue an earlier one. */
  readonly promptTokens?: readonly number[];
  readonly maxTokens: number;
  /** 0 = greedy. */
  readonly temperature: number;
  /** Tokens are drawn from the likeliest ones that have this share of the probability; absent = 1, all of them. */
  readonly topP?: number;
  /** Strings that end the completion (not included in `text`). */
  readonly stop: readonly string[];
  /** Token ids that end the completion and stay its last token, beside the model's own end-of-sequence token. */
  readonly stopTokens?: readonly number[];
  /** Same seed, prompt and weights give the same tokens, whatever else the service is doing; null = any. */
  readonly seed: number | null;
};

export type Generation = {
  readonly promptTokens: readonly number[];
  /** Completion tokens, the end-of-sequence token included when it was produced. */
  readonly tokens: readonly number[];
  /** Natural-log probability of each completion token at the sampling temperature. */
  readonly logprobs: readonly number[];
  /** Text of every token of prompt + completion, for viewers. */
  readonly tokenTexts: readonly string[];
  readonly text: string;
  readonly stopReason: StopReason;
  readonly weightVersion: number;
};

/** A place to which weights were published; opaque to everyone but the services. */
export type WeightRef = { readonly path: string; readonly version: number };

export type ServiceHealth =
  | { readonly ok: true; readonly model: string; readonly detail: string }
  | { readonly ok: false; readonly detail: string };

/** What the orchestrator knows of an inference backend. All calls reject with `ServiceError`, or with the signal's reason. */
export type InferenceService = {
  generate(request: GenerateRequest, signal: AbortSignal): Promise<Generation>;
  /** Token ids of each text as the model would see them in a prompt or completion; `appendEnd` adds the end-of-sequence token. */
  encode(
    texts: readonly string[],
    options: { readonly appendEnd: boolean },
    signal: AbortSignal,
  ): Promise<readonly (readonly number[])[]>;
  /** Natural-log probabilities of `tokens` under the loaded weights; entry 0 is 0. */
  logprobs(tokens: readonly number[], signal: AbortSignal): Promise<Float32Array>;
  loadWeights(ref: WeightRef, signal: AbortSignal): Promise<void>;
  health(signal: AbortSignal): Promise<ServiceHealth>;
  close(): Promise<void>;
};
