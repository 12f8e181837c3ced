import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { parseToolCalls } from '@/lib/agents/tool-calls/parse-tool-calls';
import type { Completion } from '@/lib/embedded/completions';
import { jsonReply } from '@/lib/embedded/protocol';
import type { Tokenizer } from '@/lib/embedded/tokenizer';
import { byteTokenizer } from '@/lib/tokenizers/byte-tokenizer';
import { eventStream, type Exchange, modelNamed, type Operations } from './exchange';
import { ParamRefusal, parseRequest } from './openai-error';
import * as limits from './sampling-limits';
import { topLogprobs, type TopToken } from './top-logprobs';

const MAX_TOP = 20;
const Message = z.looseObject({
  role: z.string(),
  content: z.union([z.string(), z.array(z.unknown())]).nullish(),
});

const ChatRequest = limits.SamplingLimits.extend({
  model: z.string().nullish(),
  messages: z.array(Message).min(1),
  tools: z.array(z.record(z.string(), z.unknown())).nullish(),
  max_tokens: limits.tokenCount.nullish(),
  /** OpenAI's newer name. */
  max_completion_tokens: limits.tokenCount.nullish(),
  temperature: limits.temperature,
  n: z.number().int().min(1).max(limits.MAX_SAMPLES).nullish(),
  seed: limits.seed,
  stop: limits.stopStrings,
  logprobs: z.boolean().nullish(),
  top_logprobs: z.number().int().min(0).max(MAX_TOP).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
});
type ChatRequest = z.output<typeof ChatRequest>;

export const chatOperations: Operations = { 'POST v1/chat/completions': chat };

type Answer = {
  readonly completion: Completion | null;
  readonly top: readonly (readonly TopToken[])[];
};

async function chat(exchange: Exchange) {
  const body = parseRequest(ChatRequest, exchange.body);
  limits.refuseLimits(body);
  const id = `chatcmpl-${randomUUID()}`;
  const head = { id, created: Math.floor(Date.now() / 1000), model: modelNamed(body.model, exchange.server) };
  const prompt = promptOf(body);
  const answers = await sample(exchange, body, { id, prompt });
  const usage = usageOf(prompt, answers);
  if (body.stream === true) {
    const events = answers.flatMap((answer, index) =>
      chunksOf(answer, { body, index, tokenizer: exchange.tokenizer }),
    );
    const chunks: object[] = events.map((choice) => ({
      ...head,
      object: 'chat.completion.chunk',
      choices: [choice],
    }));
    if (body.stream_options?.include_usage === true) {
      chunks.push({ ...head, object: 'chat.completion.chunk', choices: [], usage });
    }
    return eventStream(chunks);
  }
  const choices = answers.map((answer, index) => ({
    index,
    message: { role: 'assistant', refusal: null, ...spoken(answer, body) },
    logprobs:
      body.logprobs === true ? { content: logprobsOf(answer, exchange.tokenizer), refusal: null } : null,
    finish_reason: finishReason(answer, body),
  }));
  return jsonReply(200, { ...head, object: 'chat.completion', choices, usage });
}

/** Messages of the embedded model have a template of their own: a single one is its text alone. */
function promptOf({ messages, tools }: ChatRequest): readonly number[] {
  const options = { addGenerationPrompt: true, tools: tools ?? null };
  const said = messages.map(({ content, ...message }) => ({ ...message, content: content ?? null }));
  return byteTokenizer.encode(byteTokenizer.applyChatTemplate(said, options));
}

async function sample(
  { server, request }: Exchange,
  body: ChatRequest,
  { id, prompt }: { readonly id: string; readonly prompt: readonly number[] },
): Promise<readonly Answer[]> {
  const room = server.model.info().shape.context;
  const maxTokens = body.max_completion_tokens ?? body.max_tokens ?? room;
  if (maxTokens === 0) throw new ParamRefusal('max_tokens', 'max_tokens is 0: there is nothing to say.');
  const order = {
    id,
    prompt: '',
    promptTokens: prompt,
    maxTokens,
    temperature: body.temperature ?? 1,
    stop: body.stop,
    samples: body.n ?? 1,
    seed: body.seed,
  };
  const sampled = await server.model.complete(order, request.signal);
  const count = body.logprobs === true ? (body.top_logprobs ?? 0) : 0;
  return await Promise.all(
    sampled.map(async (each): Promise<Answer> => {
      if (each.isAborted) return { completion: null, top: [] };
      const { completion } = each;
      return {
        completion,
        top: await topLogprobs(server.model, { completion, count, signal: request.signal }),
      };
    }),
  );
}

/** Content and tool calls; calls are looked for only where tools were offered. */
function spoken({ completion }: Answer, { tools }: ChatRequest): Spoken {
  const text = completion?.text ?? '';
  if (tools == null || tools.length === 0) return { content: text };
  const { content, calls } = parseToolCalls(text, 'openai');
  const good = calls.flatMap((call) => (call.ok ? [call] : []));
  if (good.length === 0) return { content: text };
  return {
    content,
    tool_calls: good.map((call, index) => ({
      index,
      id: `call-${index}`,
      type: 'function',
      function: { name: call.name, arguments: JSON.stringify(call.arguments) },
    })),
  };
}

type Spoken = { readonly content: string; readonly tool_calls?: readonly object[] };

function finishReason(answer: Answer, body: ChatRequest): string {
  if (answer.completion === null) return 'abort';
  if (spoken(answer, body).tool_calls !== undefined) return 'tool_calls';
  return answer.completion.stopReason;
}

/** Who speaks, then a piece per character that is whole, then why it ended. */
function chunksOf(
  answer: Answer,
  {
    body,
    index,
    tokenizer,
  }: { readonly body: ChatRequest; readonly index: number; readonly tokenizer: Tokenizer },
): readonly object[] {
  const { content, tool_calls: calls } = spoken(answer, body);
  const logprobs = body.logprobs === true ? { content: logprobsOf(answer, tokenizer), refusal: null } : null;
  const piece = (delta: object): object => ({ index, delta, logprobs: null, finish_reason: null });
  return [
    piece({ role: 'assistant', content: '' }),
    ...Array.from(content, (character) => piece({ content: character })),
    ...(calls === undefined ? [] : [piece({ tool_calls: calls })]),
    { index, delta: {}, logprobs, finish_reason: finishReason(answer, body) },
  ];
}

function logprobsOf({ completion, top }: Answer, tokenizer: Tokenizer): readonly object[] {
  const entry = (token: number, logprob: number): object => {
    const text = tokenizer.vocabulary[token] ?? '';
    return { token: text, logprob, bytes: token < 256 ? [token] : null };
  };
  return Array.from(completion?.tokens ?? [], (token, at) => ({
    ...entry(token, completion?.logprobs[at] ?? 0),
    top_logprobs: (top[at] ?? []).map((each) => entry(each.token, each.logprob)),
  }));
}

function usageOf(prompt: readonly number[], answers: readonly Answer[]): object {
  const completionTokens = answers.reduce((sum, { completion }) => sum + (completion?.tokens.length ?? 0), 0);
  return {
    prompt_tokens: prompt.length,
    completion_tokens: completionTokens,
    total_tokens: prompt.length + completionTokens,
  };
}
