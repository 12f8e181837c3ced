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

/**
 * A rollout's calls as training sequences. A call whose prompt begins with all tokens of the sequence before it continues
 * that sequence; any other (a template that drops old reasoning, a compacted history) begins a new one. So every token
 * that was produced stands in exactly one sequence, after exactly the tokens that the model had read.
 */
export function mergeCalls(
  calls: readonly ModelCall[],
  { merge }: { readonly merge: boolean } = { merge: true },
): MergedCalls {
  const sequences: TrainableSequence[] = [];
  const spans: CallSpan[] = [];
  for (const call of calls) {
    const last = sequences.at(-1);
    if (last !== undefined && merge && startsWith(call.promptTokens, last.tokens)) {
      sequences[sequences.length - 1] = extended(last, call);
    } else sequences.push(extended(EMPTY, call));
    const start = call.promptTokens.length;
    spans.push({ sequence: sequences.length - 1, start, end: start + call.tokens.length });
  }
  return { sequences, spans };
}

const EMPTY: TrainableSequence = {
  tokens: [],
  lossMask: [],
  logprobs: [],
  weightVersions: [],
  tokenTexts: [],
};

/** Whole lists are joined: growing five of them token by token leaves each a half too large, for as long as a step lasts. */
function extended(sequence: TrainableSequence, call: ModelCall): TrainableSequence {
  const { promptTokens, tokens, weightVersion } = call;
  const known = sequence.tokens.length;
  const context = repeated(0, promptTokens.length - known);
  const end = promptTokens.length + tokens.length;
  return {
    tokens: sequence.tokens.concat(promptTokens.slice(known), tokens),
    lossMask: sequence.lossMask.concat(context, repeated(call.isTrained ? 1 : 0, tokens.length)),
    logprobs: sequence.logprobs.concat(context, ofLength(call.logprobs, tokens.length, 0)),
    weightVersions: sequence.weightVersions.concat(repeated(weightVersion, end - known)),
    tokenTexts: sequence.tokenTexts.concat(ofLength(call.tokenTexts.slice(known), end - known, '')),
  };
}

/** Pushed: `Array(length).fill` keeps its holes' slow kind, and so does every list that it is joined to. */
function repeated<T>(value: T, length: number): readonly T[] {
  const list: T[] = [];
  while (list.length < length) list.push(value);
  return list;
}

function ofLength<T>(list: readonly T[], length: number, filler: T): readonly T[] {
  return list.length >= length ? list.slice(0, length) : list.concat(repeated(filler, length - list.length));
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
