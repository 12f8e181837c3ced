import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { jsonReply } from '@/lib/embedded/protocol';
import type { Completion } from '@/lib/embedded/completions';
import type { Tokenizer } from '@/lib/embedded/tokenizer';
import { eventStream, type Exchange, type Operations } from './exchange';
import { ParamRefusal, parseRequest } from './openai-error';
import * as limits from './sampling-limits';
import type { Sampled, SampleOrder } from './served-model';

// SGLang's own /generate: one prompt or a batch, as text or token ids.

const SamplingParams = limits.SamplingLimits.extend({
  max_new_tokens: limits.tokenCount.nullish(),
  temperature: limits.temperature,
  stop: limits.stopStrings,
  stop_token_ids: limits.tokenIds.nullish(),
  n: z.number().int().min(1).max(limits.MAX_SAMPLES).nullish(),
  sampling_seed: limits.seed,
});

const oneOrMore = <T extends z.ZodType>(schema: T) => z.union([schema, z.array(schema)]);

const GenerateRequest = z.object({
  text: oneOrMore(z.string()).nullish(),
  input_ids: z.union([z.array(limits.tokenIds), limits.tokenIds]).nullish(),
  sampling_params: oneOrMore(SamplingParams).nullish(),
  rid: oneOrMore(z.string()).nullish(),
  return_logprob: oneOrMore(z.boolean()).nullish(),
  logprob_start_len: oneOrMore(z.number().int()).nullish(),
  top_logprobs_num: oneOrMore(z.number().int()).nullish(),
  return_text_in_logprobs: z.boolean().nullish(),
  stream: z.boolean().nullish(),
});
type GenerateRequest = z.output<typeof GenerateRequest>;

const DEFAULT_NEW_TOKENS = 128;

export const generateOperations: Operations = { 'POST generate': generate, 'PUT generate': generate };

type Prompt = { readonly text: string } | { readonly tokens: readonly number[] };

/** One prompt of the request, with what is asked about it. */
type Order = {
  readonly id: string;
  readonly prompt: Prompt;
  readonly params: z.output<typeof SamplingParams>;
  readonly withLogprobs: boolean;
  /** First place of the prompt whose log-probability is wanted; -1 = none. */
  readonly promptFrom: number;
  readonly withTexts: boolean;
};

async function generate(exchange: Exchange) {
  const body = parseRequest(GenerateRequest, exchange.body);
  const { orders, isBatch } = ordersOf(body);
  const answers = await Promise.all(orders.map((order) => answer(exchange, order)));
  if (body.stream === true) return eventStream(answers.flat());
  const samples = orders.some(({ params }) => (params.n ?? 1) > 1);
  return jsonReply(200, isBatch || samples ? answers.flat() : answers.flat()[0]);
}

function ordersOf(body: GenerateRequest): { readonly orders: readonly Order[]; readonly isBatch: boolean } {
  const { prompts, isBatch } = promptsOf(body);
  const pick = <T>(value: T | readonly T[] | null | undefined, at: number): T | undefined =>
    isList(value) ? value[at] : (value ?? undefined);
  const parse = SamplingParams.parse({});
  const orders = prompts.map((prompt, at) => ({
    id: pick(body.rid, at) ?? randomUUID(),
    prompt,
    params: pick(body.sampling_params, at) ?? parse,
    withLogprobs: pick(body.return_logprob, at) ?? false,
    promptFrom: pick(body.logprob_start_len, at) ?? -1,
    withTexts: body.return_text_in_logprobs ?? false,
  }));
  return { orders, isBatch };
}

function isList<T>(value: T | readonly T[] | null | undefined): value is readonly T[] {
  return Array.isArray(value);
}

function promptsOf({ text, input_ids: ids }: GenerateRequest): {
  readonly prompts: readonly Prompt[];
  readonly isBatch: boolean;
} {
  if (ids != null) {
    const rows = ids.filter((each) => Array.isArray(each));
    if (rows.length > 0) return { prompts: rows.map((tokens) => ({ tokens })), isBatch: true };
    return { prompts: [{ tokens: ids.filter((each) => typeof each === 'number') }], isBatch: false };
  }
  if (text == null) throw new ParamRefusal('input_ids', 'The request needs text or input_ids.');
  return typeof text === 'string'
    ? { prompts: [{ text }], isBatch: false }
    : { prompts: text.map((each) => ({ text: each })), isBatch: true };
}

async function answer({ server, request, tokenizer }: Exchange, order: Order): Promise<readonly object[]> {
  const { params, prompt } = order;
  limits.refuseLimits(params);
  const tokens = 'tokens' in prompt ? prompt.tokens : tokenizer.encode(prompt.text, { appendEnd: false });
  const maxTokens = params.max_new_tokens ?? DEFAULT_NEW_TOKENS;
  const promptLogprobs =
    order.withLogprobs && order.promptFrom >= 0 ? await server.model.logprobs(tokens, request.signal) : null;
  const about = { order, tokens, promptLogprobs, tokenizer };
  if (maxTokens === 0) {
    const { weightVersion } = server.model.info();
    return [replyOf(about, { isAborted: false, completion: nothing(tokens), weightVersion })];
  }
  const sampled = await server.model.complete(sampleOrder(order, tokens, maxTokens), request.signal);
  return sampled.map((each) => replyOf(about, each));
}

function sampleOrder({ id, params }: Order, tokens: readonly number[], maxTokens: number): SampleOrder {
  return {
    id,
    prompt: '',
    promptTokens: tokens,
    maxTokens,
    temperature: params.temperature ?? 1,
    stop: params.stop,
    stopTokens: params.stop_token_ids ?? [],
    samples: params.n ?? 1,
    seed: params.sampling_seed,
  };
}

/** Only the prompt was asked about. */
function nothing(promptTokens: readonly number[]): Completion {
  const [tokens, logprobs] = [new Int32Array(0), new Float32Array(0)];
  return { promptTokens, tokens, logprobs, text: '', stopReason: 'length' };
}

type About = {
  readonly order: Order;
  readonly tokens: readonly number[];
  readonly promptLogprobs: Float32Array | null;
  readonly tokenizer: Tokenizer;
};

function replyOf({ order, tokens, promptLogprobs, tokenizer }: About, sampled: Sampled): object {
  const completion = sampled.isAborted ? nothing(tokens) : sampled.completion;
  const textOf = (token: number): string | null =>
    order.withTexts ? (tokenizer.vocabulary[token] ?? '') : null;
  const outputs = Array.from(completion.tokens);
  return {
    text: completion.text,
    output_ids: outputs,
    meta_info: {
      id: order.id,
      finish_reason: finishReason(sampled),
      prompt_tokens: completion.promptTokens.length,
      completion_tokens: outputs.length,
      cached_tokens: 0,
      weight_version: sampled.weightVersion,
      ...(order.withLogprobs
        ? {
            output_token_logprobs: outputs.map((token, at) => [
              completion.logprobs[at] ?? 0,
              token,
              textOf(token),
            ]),
            input_token_logprobs: promptRows(tokens, promptLogprobs, { from: order.promptFrom, textOf }),
          }
        : {}),
    },
  };
}

function promptRows(
  tokens: readonly number[],
  logprobs: Float32Array | null,
  { from, textOf }: { readonly from: number; readonly textOf: (token: number) => string | null },
): readonly unknown[] {
  if (logprobs === null) return [];
  return tokens.slice(from).map((token, offset) => {
    const at = from + offset;
    return [at === 0 ? null : (logprobs[at] ?? null), token, textOf(token)];
  });
}

function finishReason(sampled: Sampled): object {
  if (sampled.isAborted) return { type: 'abort', message: 'Aborted' };
  const { stopReason, tokens } = sampled.completion;
  if (stopReason === 'length') return { type: 'length', length: tokens.length };
  return { type: 'stop', matched: tokens[tokens.length - 1] ?? null };
}
