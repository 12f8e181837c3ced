import type { TrainableSequence } from './build-datum';

/** One call of the model within a rollout. */
export type ModelCall = {
  /** What the model read, exactly. */
  readonly promptTokens: readonly number[];
  /** What it produced, the end-of-sequence token included. */
  readonly tokens: readonly number[];
  /** Natural-log probability of each produced token. */
  readonly logprobs: readonly number[];
  /** Text of every token of prompt and completion. */
  readonly tokenTexts: readonly string[];
  readonly weightVersion: number;
  /** False: its tokens are context only. */
  readonly isTrained: boolean;
};

/** Where the produced tokens of a call ended up. */
export type CallSpan = { readonly sequence: number; readonly start: number; readonly end: number };

export type MergedCalls = {
  readonly sequences: readonly TrainableSequence[];
  /** One per call, in order. */
  readonly spans: readonly CallSpan[];
};

type Growing = {
  [K in keyof TrainableSequence]: TrainableSequence[K] extends readonly (infer T)[] ? T[] : never;
};

/**
 * A rollout's calls as training sequences. A call whose prompt begins with all tokens of the sequence before it continues
 * that sequence; any other (a template that drops old reasoning, a compacted history) begins a new one. So every token
 * that was produced stands in exactly one sequence, after exactly the tokens that the model had read.
 */
export function mergeCalls(
  calls: readonly ModelCall[],
  { merge }: { readonly merge: boolean } = { merge: true },
): MergedCalls {
  const sequences: Growing[] = [];
  const spans: CallSpan[] = [];
  for (const call of calls) {
    let current = sequences.at(-1);
    if (current === undefined || !merge || !startsWith(call.promptTokens, current.tokens)) {
      current = { tokens: [], lossMask: [], logprobs: [], weightVersions: [], tokenTexts: [] };
      sequences.push(current);
    }
    spans.push(append(current, call, sequences.length - 1));
  }
  return { sequences, spans };
}

function append(sequence: Growing, call: ModelCall, index: number): CallSpan {
  const { promptTokens, tokens, weightVersion } = call;
  const start = promptTokens.length;
  for (let at = sequence.tokens.length; at < start; at++) {
    push(sequence, { token: promptTokens[at] ?? 0, mask: 0, logprob: 0, weightVersion }, call.tokenTexts[at]);
  }
  const mask = call.isTrained ? 1 : 0;
  for (const [at, token] of tokens.entries()) {
    const logprob = call.logprobs[at] ?? 0;
    push(sequence, { token, mask, logprob, weightVersion }, call.tokenTexts[start + at]);
  }
  return { sequence: index, start, end: start + tokens.length };
}

type Entry = { token: number; mask: number; logprob: number; weightVersion: number };

function push(sequence: Growing, entry: Entry, text: string | undefined): void {
  sequence.tokens.push(entry.token);
  sequence.lossMask.push(entry.mask);
  sequence.logprobs.push(entry.logprob);
  sequence.weightVersions.push(entry.weightVersion);
  sequence.tokenTexts.push(text ?? '');
}

function startsWith(tokens: readonly number[], prefix: readonly number[]): boolean {
  return prefix.length <= tokens.length && prefix.every((token, index) => tokens[index] === token);
}

/** The first `length` tokens of a sequence. */
export function cutSequence(sequence: TrainableSequence, length: number): TrainableSequence {
  if (sequence.tokens.length <= length) return sequence;
  return {
    tokens: sequence.tokens.slice(0, length),
    lossMask: sequence.lossMask.slice(0, length),
    logprobs: sequence.logprobs.slice(0, length),
    weightVersions: sequence.weightVersions.slice(0, length),
    tokenTexts: sequence.tokenTexts.slice(0, length),
  };
}
