import type { Datum } from '@/lib/rl/datum';

/** A model that is asked what it thinks of tokens, and never trained. Calls reject with `ServiceError`, or with the signal's reason. */
export type Teacher = {
  /** Natural-log probabilities, one array per datum, aligned with its tokens (entry 0 is 0), at the sampling temperature. */
  logprobs(batch: readonly Datum[], signal: AbortSignal): Promise<readonly Float32Array[]>;
  close(): Promise<void>;
};
