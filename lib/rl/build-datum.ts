import type { Datum } from './datum';

export type SampledSequence = {
  readonly promptTokens: readonly number[];
  /** Completion tokens, the end-of-sequence token included when it was produced. */
  readonly tokens: readonly number[];
  /** Sampler's natural-log probability of each completion token. */
  readonly logprobs: readonly number[];
};

/** A rollout as a training sequence: the completion is trained on, every token of it with the rollout's advantage. */
export function policyDatum(sequence: SampledSequence, advantage: number): Datum {
  const start = sequence.promptTokens.length;
  const { tokens, weights } = layOut(sequence.promptTokens, sequence.tokens);
  const logprobs = new Float32Array(tokens.length);
  const advantages = new Float32Array(tokens.length);
  for (const [index, logprob] of sequence.logprobs.entries()) {
    logprobs[start + index] = logprob;
    advantages[start + index] = advantage;
  }
  return { tokens, weights, logprobs, advantages };
}

/** A prompt with the completion to imitate, for cross-entropy. */
export function imitationDatum(promptTokens: readonly number[], completion: readonly number[]): Datum {
  return layOut(promptTokens, completion);
}

function layOut(prompt: readonly number[], completion: readonly number[]) {
  const tokens = Int32Array.from([...prompt, ...completion]);
  const weights = new Float32Array(tokens.length).fill(1, prompt.length);
  // the first token of a sequence is never predicted
  if (prompt.length === 0 && weights.length > 0) weights[0] = 0;
  return { tokens, weights };
}
