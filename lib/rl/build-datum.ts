import type { Datum } from './datum';

/**
 * One context of a rollout that grew from call to call: token ids exactly as the model read and produced them. All
 * arrays have the length of `tokens`.
 */
export type TrainableSequence = {
  readonly tokens: readonly number[];
  /** 1 = produced by the model and trained on; 0 = context. */
  readonly lossMask: readonly number[];
  /** Sampler's natural-log probability of every token that the model produced; 0 for context. */
  readonly logprobs: readonly number[];
  /** Weight version, in the run's own count, that produced the token, or that first read it. */
  readonly weightVersions: readonly number[];
  /** Text of each token, for viewers. */
  readonly tokenTexts: readonly string[];
};

/** A sequence of a rollout as a training sequence, before anything is known of its advantage. */
export function sampledDatum(
  sequence: Pick<TrainableSequence, 'tokens' | 'lossMask' | 'logprobs'>,
): Datum & { readonly logprobs: Float32Array } {
  const { lossMask } = sequence;
  const tokens = new Int32Array(sequence.tokens);
  const weights = new Float32Array(tokens.length);
  const logprobs = new Float32Array(tokens.length);
  // the first token of a sequence is never predicted
  for (let index = 1; index < tokens.length; index++) {
    if (lossMask[index] !== 1) continue;
    weights[index] = 1;
    logprobs[index] = sequence.logprobs[index] ?? 0;
  }
  return { tokens, weights, logprobs };
}

/** A prompt with the completion to imitate, for cross-entropy. */
export function imitationDatum(prompt: readonly number[], completion: readonly number[]): Datum {
  const tokens = Int32Array.from([...prompt, ...completion]);
  const weights = new Float32Array(tokens.length).fill(1, prompt.length);
  // the first token of a sequence is never predicted
  if (prompt.length === 0 && weights.length > 0) weights[0] = 0;
  return { tokens, weights };
}
