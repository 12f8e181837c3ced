import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Completion } from '@/lib/embedded/completions';
import { jsonReply } from '@/lib/embedded/protocol';
import type { Tokenizer } from '@/lib/embedded/tokenizer';
import { eventStream, type Exchange, modelNamed, type Operations } from './exchange';
import { ParamRefusal, parseRequest } from './openai-error';
import * as limits from './sampling-limits';
import { topLogprobs, type TopToken } from './top-logprobs';

// OpenAI's /v1/completions, with what vLLM adds for token ids.

const MAX_TOP = 20;

const CompletionRequest = limits.SamplingLimits.extend({
  model: z.string().nullish(),
  prompt: z.union([z.string(), z.array(z.string()), z.array(limits.tokenIds), limits.tokenIds]),
  max_tokens: limits.tokenCount.nullish(),
  temperature: limits.temperature,
  n: z.number().int().min(1).max(limits.MAX_SAMPLES).nullish(),
  seed: limits.seed,
  stop: limits.stopStrings,
  stop_token_ids: limits.tokenIds.nullish(),
  logprobs: z.number().int().min(0).max(MAX_TOP).nullish(),
  prompt_logprobs: z.number().int().min(0).max(MAX_TOP).nullish(),
  echo: z.literal(false).nullish(),
  return_token_ids: z.boolean().nullish(),
  return_tokens_as_token_ids: z.boolean().nullish(),
  include_stop_str_in_output: z.boolean().nullish(),
  request_id: z.string().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
});
type CompletionRequest = z.output<typeof CompletionRequest>;

const DEFAULT_MAX_TOKENS = 16;

export const completionOperations: Operations = { 'POST v1/completions': complete };

/** One prompt's sample, with all that its choice may tell. */
type Answer = {
  readonly completion: Completion;
  readonly isAborted: boolean;
  readonly top: readonly (readonly TopToken[])[];
  readonly promptLogprobs: Float32Array | null;
};

async function complete(exchange: Exchange) {
  const body = parseRequest(CompletionRequest, exchange.body);
  limits.refuseLimits(body);
  const model = modelNamed(body.model, exchange.server);
  const id = body.request_id ?? `cmpl-${randomUUID()}`;
  const prompts = promptsOf(body.prompt, exchange.tokenizer);
  const answers = (
    await Promise.all(prompts.map((prompt, at) => sample(exchange, body, { id: `${id}-${at}`, prompt })))
  ).flat();
  const head = { id, object: 'text_completion', created: Math.floor(Date.now() / 1000), model };
  const choices = answers.map((answer, index) => ({
    index,
    ...choiceOf(answer, body, exchange.tokenizer),
  }));
  const usage = usageOf(prompts, answers);
  if (body.stream !== true) return jsonReply(200, { ...head, choices, usage });
  const events: object[] = choices.map((choice) => ({ ...head, choices: [choice] }));
  if (body.stream_options?.include_usage === true) events.push({ ...head, choices: [], usage });
  return eventStream(events);
}

function promptsOf(
  prompt: CompletionRequest['prompt'],
  tokenizer: Tokenizer,
): readonly (readonly number[])[] {
  if (typeof prompt === 'string') return [tokenizer.encode(prompt, { appendEnd: false })];
  if (prompt.every((each) => typeof each === 'number')) return [prompt];
  return prompt.map((each) => {
    if (typeof each === 'string') return tokenizer.encode(each, { appendEnd: false });
    return typeof each === 'number' ? [each] : each;
  });
}

async function sample(
  { server, request }: Exchange,
  body: CompletionRequest,
  { id, prompt }: { readonly id: string; readonly prompt: readonly number[] },
): Promise<readonly Answer[]> {
  const { signal } = request;
  const promptLogprobs = body.prompt_logprobs == null ? null : await server.model.logprobs(prompt, signal);
  const maxTokens = body.max_tokens ?? DEFAULT_MAX_TOKENS;
  if (maxTokens === 0) throw new ParamRefusal('max_tokens', 'max_tokens is 0: there is nothing to complete.');
  const sampled = await server.model.complete(
    {
      id,
      prompt: '',
      promptTokens: prompt,
      maxTokens,
      temperature: body.temperature ?? 1,
      stop: body.stop,
      stopTokens: body.stop_token_ids ?? [],
      samples: body.n ?? 1,
      seed: body.seed,
    },
    signal,
  );
  return await Promise.all(
    sampled.map(async (each): Promise<Answer> => {
      if (each.isAborted) return { completion: cutOff(prompt), isAborted: true, top: [], promptLogprobs };
      const { completion } = each;
      const top = await topLogprobs(server.model, { completion, count: body.logprobs ?? 0, signal });
      return { completion, isAborted: false, top, promptLogprobs };
    }),
  );
}

function cutOff(promptTokens: readonly number[]): Completion {
  const [tokens, logprobs] = [new Int32Array(0), new Float32Array(0)];
  return { promptTokens, tokens, logprobs, text: '', stopReason: 'length' };
}

function choiceOf(answer: Answer, body: CompletionRequest, tokenizer: Tokenizer): object {
  const { completion, isAborted, promptLogprobs } = answer;
  const textOf = (token: number): string =>
    body.return_tokens_as_token_ids === true ? `token_id:${token}` : (tokenizer.vocabulary[token] ?? '');
  const tokens = Array.from(completion.tokens);
  return {
    text: body.include_stop_str_in_output === true ? tokenizer.decode(tokens) : completion.text,
    finish_reason: isAborted ? 'abort' : completion.stopReason,
    logprobs: body.logprobs == null ? null : logprobsOf(answer, textOf),
    ...(body.return_token_ids === true
      ? { token_ids: tokens, prompt_token_ids: completion.promptTokens }
      : {}),
    ...(promptLogprobs === null
      ? {}
      : { prompt_logprobs: promptRows(completion.promptTokens, promptLogprobs) }),
  };
}

function logprobsOf({ completion, top }: Answer, textOf: (token: number) => string): object {
  const tokens = Array.from(completion.tokens, textOf);
  let offset = 0;
  return {
    tokens,
    token_logprobs: Array.from(completion.logprobs),
    text_offset: tokens.map((text) => {
      const at = offset;
      offset += text.length;
      return at;
    }),
    top_logprobs: Array.from(completion.tokens, (token, at) => ({
      ...Object.fromEntries((top[at] ?? []).map((each) => [textOf(each.token), each.logprob])),
      [textOf(token)]: completion.logprobs[at] ?? 0,
    })),
  };
}

function promptRows(tokens: readonly number[], logprobs: Float32Array): readonly unknown[] {
  return tokens.map((token, at) =>
    at === 0 ? null : { [String(token)]: { logprob: logprobs[at] ?? 0, rank: null } },
  );
}

function usageOf(prompts: readonly (readonly number[])[], answers: readonly Answer[]): object {
  const promptTokens = prompts.reduce((sum, { length }) => sum + length, 0);
  const completionTokens = answers.reduce((sum, { completion }) => sum + completion.tokens.length, 0);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}
