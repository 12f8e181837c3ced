import { toNumbers } from '@/lib/services/embedded/packed';
import type { Sample, SampleRequest } from './model/learner';
import type { Tokenizer } from './tokenizer';

export type CompletionRequest = {
  readonly prompt: string;
  /** Exact ids instead of `prompt`. */
  readonly promptTokens?: readonly number[] | undefined;
  /** Ids that end the completion, beside the end token. */
  readonly stopTokens?: readonly number[] | undefined;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly stop: readonly string[];
  readonly seed: number;
};

export type Completion = {
  readonly promptTokens: readonly number[];
  readonly tokens: Int32Array;
  readonly logprobs: Float32Array;
  readonly text: string;
  readonly stopReason: Sample['stopReason'];
};

export type CompletionOutcome =
  | { readonly ok: true; readonly value: Completion }
  | { readonly ok: false; readonly code: 'prompt_too_long' | 'unknown_token'; readonly message: string };

type Plan = {
  readonly promptTokens: readonly number[];
  readonly stops: readonly (readonly number[])[];
  readonly sample: SampleRequest;
};

/**
 * Text in, text out, over a token sampler. A completion ends at the end token, at a stop string, or where the context is
 * full. One prompt that is too long fails alone.
 */
export async function complete(
  requests: readonly CompletionRequest[],
  model: { readonly tokenizer: Tokenizer; readonly context: number },
  sample: (requests: readonly SampleRequest[]) => Promise<readonly Sample[]>,
): Promise<readonly CompletionOutcome[]> {
  const plans = requests.map((request) => plan(request, model));
  const runnable = plans.filter((each) => 'sample' in each);
  const samples = runnable.length === 0 ? [] : await sample(runnable.map((each) => each.sample));
  const bySample = new Map(runnable.map((each, index) => [each, samples[index]]));
  return plans.map((each) => {
    if (!('sample' in each)) return each;
    const drawn = bySample.get(each);
    if (drawn === undefined) throw new Error('The learner answered fewer samples than it was asked for');
    return { ok: true, value: cut(each, drawn, model.tokenizer) };
  });
}

function plan(
  request: CompletionRequest,
  { tokenizer, context }: { readonly tokenizer: Tokenizer; readonly context: number },
): Plan | Extract<CompletionOutcome, { ok: false }> {
  const encoded = request.promptTokens ?? tokenizer.encode(request.prompt, { appendEnd: false });
  const unknown = encoded.find((token) => token < 0 || token >= tokenizer.vocabulary.length);
  if (unknown !== undefined) {
    const message = `The prompt has the token ${unknown}, but the vocabulary goes from 0 to ${tokenizer.vocabulary.length - 1}.`;
    return { ok: false, code: 'unknown_token', message };
  }
  const promptTokens = encoded.length === 0 ? [tokenizer.beginToken] : encoded;
  const room = context - promptTokens.length;
  if (room < 1) {
    const message = `The prompt has ${promptTokens.length} tokens, but the model's context holds ${context}, completion included. Shorten the prompt, or raise service.embedded_service.model.context.`;
    return { ok: false, code: 'prompt_too_long', message };
  }
  const stops = request.stop.map((text) => tokenizer.encode(text, { appendEnd: false }));
  const single = stops.flatMap((tokens) => (tokens.length === 1 ? tokens : []));
  const { temperature, seed } = request;
  const sample = {
    prompt: promptTokens,
    maxTokens: Math.min(request.maxTokens, room),
    temperature,
    seed,
    stopTokens: [tokenizer.endToken, ...single, ...(request.stopTokens ?? [])],
  };
  return { promptTokens, stops, sample };
}

/** Drops what follows the first stop string. The sampler itself stops at single tokens only; longer strings are cut here. */
function cut({ promptTokens, stops }: Plan, drawn: Sample, tokenizer: Tokenizer): Completion {
  const stop = firstStop(drawn.tokens, stops);
  const kept = stop === null ? drawn.tokens.length : stop.end;
  const tokens = drawn.tokens.subarray(0, kept);
  let textEnd = stop === null ? kept : stop.start;
  if (textEnd > 0 && tokens[textEnd - 1] === tokenizer.endToken) textEnd -= 1;
  return {
    promptTokens,
    tokens,
    logprobs: drawn.logprobs.subarray(0, kept),
    text: tokenizer.decode(toNumbers(tokens.subarray(0, textEnd))),
    stopReason: stop === null ? drawn.stopReason : 'stop',
  };
}

function firstStop(
  tokens: Int32Array,
  stops: readonly (readonly number[])[],
): { readonly start: number; readonly end: number } | null {
  let first: { start: number; end: number } | null = null;
  for (const stop of stops) {
    const start = indexOf(tokens, stop);
    const end = start + stop.length;
    // the one that is complete first ends the completion; of two ending together, the longer
    const isEarlier = first === null || end < first.end || (end === first.end && start < first.start);
    if (start >= 0 && isEarlier) first = { start, end };
  }
  return first;
}

function indexOf(tokens: Int32Array, wanted: readonly number[]): number {
  for (let start = 0; start + wanted.length <= tokens.length; start++) {
    if (wanted.every((token, offset) => tokens[start + offset] === token)) return start;
  }
  return -1;
}
