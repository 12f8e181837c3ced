import { z } from 'zod';
import type { Requester } from '../request';
import { ServiceError } from '../service-error';
import type { Ask, Dialect, Drawn } from './dialect';
import { readNumbers, unreadable } from './read-numbers';
import type { WeightLoader } from './weight-loader';
import { type CompletionChoice, CompletionReply } from './wire/openai-wire';

export type CompletionsDialectOptions = {
  readonly name: string;
  /** The served name; null = the server's only one. */
  readonly model: string | null;
  readonly weights: WeightLoader;
};

/** vLLM by `/v1/completions` with prompts of token ids, and whoever else answers it with token ids. */
export function createCompletionsDialect({ name, model, weights }: CompletionsDialectOptions): Dialect {
  async function complete(
    server: Requester,
    operation: string,
    { body, signal }: { readonly body: object; readonly signal: AbortSignal },
  ): Promise<CompletionChoice> {
    const reply = await server.send(
      {
        operation,
        method: 'POST',
        path: '/v1/completions',
        body: { ...(model === null ? {} : { model }), ...PLAIN_SAMPLING, ...body },
        schema: CompletionReply,
      },
      signal,
    );
    const [choice] = reply.choices;
    if (choice === undefined) throw new ServiceError('protocol', `${name}: ${operation} gave no choice`);
    return choice;
  }

  return {
    name,
    weights,
    async draw(server, ask, signal) {
      return drawnOf(await complete(server, 'generate', { body: completionBody(ask), signal }), name);
    },
    async score(server, tokens, signal) {
      const body = { prompt: tokens, max_tokens: 1, temperature: 1, prompt_logprobs: 0 };
      const choice = await complete(server, 'logprobs', { body, signal });
      return promptLogprobsOf(choice, tokens, name);
    },
    // a hang-up ends the request at once
    abandon: () => undefined,
  };
}

/** A model's own generation_config may say otherwise, and vLLM heeds it: the tokens must come from the plain distribution. */
const PLAIN_SAMPLING = {
  top_p: 1,
  top_k: -1,
  min_p: 0,
  frequency_penalty: 0,
  presence_penalty: 0,
  repetition_penalty: 1,
  stream: false,
};

function completionBody(ask: Ask): object {
  return {
    request_id: ask.id,
    prompt: ask.prompt,
    max_tokens: ask.maxTokens,
    temperature: ask.temperature,
    top_p: ask.topP,
    logprobs: 0,
    return_token_ids: true,
    return_tokens_as_token_ids: true,
    skip_special_tokens: false,
    include_stop_str_in_output: true,
    ...(ask.stop.length === 0 ? {} : { stop: ask.stop }),
    ...(ask.stopTokens.length === 0 ? {} : { stop_token_ids: ask.stopTokens }),
    ...(ask.seed === null ? {} : { seed: ask.seed }),
  };
}

function drawnOf(choice: CompletionChoice, name: string): Drawn {
  const { token_logprobs: found } = choice.logprobs ?? {};
  const tokens = tokensOf(choice, name);
  const logprobs = readNumbers(found ?? [], `${name}: token_logprobs`);
  if (logprobs.length !== tokens.length) {
    throw new ServiceError(
      'protocol',
      `${name}: generate gave ${tokens.length} tokens and ${logprobs.length} log-probabilities`,
    );
  }
  return { tokens, logprobs, end: endOf(choice.finish_reason, name), weightVersion: null };
}

const PLACEHOLDER = 'token_id:';

/** Exact ids, from the field that new builds have, or from token strings that stand for them. */
function tokensOf({ token_ids: ids, logprobs }: CompletionChoice, name: string): readonly number[] {
  if (ids != null) return readNumbers(ids, `${name}: token_ids`);
  return (logprobs?.tokens ?? []).map((token, at) => {
    if (typeof token !== 'string') throw unreadable(`${name}: tokens`, at, token);
    const id = token.startsWith(PLACEHOLDER) ? Number(token.slice(PLACEHOLDER.length)) : NaN;
    if (Number.isInteger(id)) return id;
    throw new ServiceError(
      'rejected',
      `${name}: the server gives tokens as text, and training needs their exact ids. Serve the model with SGLang (service.inference_service.backend: sglang) or with vLLM 0.10.2 or newer (vllm).`,
      { retryable: false },
    );
  });
}

function endOf(reason: string | null | undefined, name: string): Drawn['end'] {
  if (reason === 'stop' || reason === 'length') return reason;
  if (reason === 'abort') return 'aborted';
  throw new ServiceError('protocol', `${name}: generate ended with ${JSON.stringify(reason ?? null)}`);
}

const PromptLogprob = z.object({ logprob: z.number() });

function promptLogprobsOf(
  { prompt_logprobs: rows }: CompletionChoice,
  tokens: readonly number[],
  name: string,
): Float32Array {
  if (rows?.length !== tokens.length) {
    throw new ServiceError(
      'protocol',
      `${name}: logprobs of ${tokens.length} tokens gave ${rows?.length ?? 'no'} log-probabilities`,
    );
  }
  return Float32Array.from(tokens, (token, at) => {
    if (at === 0) return 0;
    const row: unknown = rows[at];
    const entry: unknown = isRecord(row) ? row[String(token)] : null;
    const parsed = PromptLogprob.safeParse(entry);
    if (!parsed.success) throw unreadable(`${name}: prompt_logprobs`, at, row);
    return parsed.data.logprob;
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
