import type { Requester } from '../request';
import type { WeightLoader } from './weight-loader';

/** One completion, asked for in tokens. */
export type Ask = {
  /** Unique per attempt. */
  readonly id: string;
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  /** 0 = greedy. */
  readonly temperature: number;
  /** 1 = all tokens. */
  readonly topP: number;
  readonly stop: readonly string[];
  readonly stopTokens: readonly number[];
  /** Null = any. */
  readonly seed: number | null;
};

export type Drawn = {
  readonly tokens: readonly number[];
  /** As long as `tokens`. */
  readonly logprobs: readonly number[];
  /** `aborted`: the server cut it off, as for new weights; what it had is here. */
  readonly end: 'stop' | 'length' | 'aborted';
  /** What the server calls its weights; null = it does not say. */
  readonly weightVersion: string | null;
};

/** How one kind of server is asked. Calls reject with `ServiceError`, or with the signal's reason. */
export type Dialect = {
  /** Of the kind of server, in messages. */
  readonly name: string;
  readonly weights: WeightLoader;
  draw(server: Requester, ask: Ask, signal: AbortSignal): Promise<Drawn>;
  /** Natural-log probabilities of `tokens` at temperature 1; entry 0 is 0. */
  score(server: Requester, tokens: readonly number[], signal: AbortSignal): Promise<Float32Array>;
  /** Tells the server, which may not have noticed, that nobody waits for this answer any more. */
  abandon(server: Requester, id: string): void;
};
