import type { Requester } from '../request';
import { ServiceError } from '../service-error';
import type { Ask, Dialect, Drawn } from './dialect';
import { unreadable } from './read-numbers';
import { sglangWeights } from './sglang-weights';
import { GenerateReply } from './wire/sglang-wire';

const NAME = 'SGLang';
/** The server is told, and nobody waits for what it says. */
const ABANDON_TIMEOUT_MS = 5_000;

/** SGLang by its own `/generate`: exact token ids and log-probabilities in every version. */
export function createSglangDialect(): Dialect {
  /** Builds before v0.5.3 know no seeds per request. */
  let hasSeeds = true;

  async function generate(
    server: Requester,
    operation: string,
    { body, signal }: { readonly body: unknown; readonly signal: AbortSignal },
  ): Promise<GenerateReply['meta_info']> {
    const call = { operation, method: 'POST', path: '/generate', body, schema: GenerateReply } as const;
    return (await server.send(call, signal)).meta_info;
  }

  async function draw(server: Requester, ask: Ask, signal: AbortSignal): Promise<Drawn> {
    try {
      return drawnOf(await generate(server, 'generate', { body: generateBody(ask, hasSeeds), signal }));
    } catch (error) {
      if (!hasSeeds || ask.seed === null || !refusesSeeds(error)) throw error;
      hasSeeds = false;
      return await draw(server, ask, signal);
    }
  }

  return {
    name: NAME,
    weights: sglangWeights,
    draw,
    async score(server, tokens, signal) {
      const body = {
        input_ids: tokens,
        sampling_params: { max_new_tokens: 0, temperature: 1 },
        return_logprob: true,
        logprob_start_len: 0,
        stream: false,
      };
      const { input_token_logprobs: rows } = await generate(server, 'logprobs', { body, signal });
      if (rows?.length !== tokens.length) {
        throw new ServiceError(
          'protocol',
          `${NAME}: logprobs of ${tokens.length} tokens gave ${rows?.length ?? 'no'} log-probabilities`,
        );
      }
      return Float32Array.from(rows, (row, at) =>
        at === 0 ? 0 : pairOf(row, 'input_token_logprobs', at)[0],
      );
    },
    abandon(server, id) {
      const call = {
        operation: 'abort_request',
        method: 'POST',
        path: '/abort_request',
        body: { rid: id },
      } as const;
      const signal = new AbortController().signal;
      // a router has no such path, and the hang-up alone ends the request within seconds
      server.once({ ...call, timeoutMs: ABANDON_TIMEOUT_MS }, signal).catch(() => undefined);
    },
  };
}

/** Everything that a model's own configuration might set otherwise is said: the tokens must come from the plain distribution. */
function generateBody(ask: Ask, hasSeeds: boolean): unknown {
  return {
    rid: ask.id,
    input_ids: ask.prompt,
    sampling_params: {
      max_new_tokens: ask.maxTokens,
      temperature: ask.temperature,
      top_p: ask.topP,
      top_k: -1,
      min_p: 0,
      frequency_penalty: 0,
      presence_penalty: 0,
      repetition_penalty: 1,
      ...(ask.stop.length === 0 ? {} : { stop: ask.stop }),
      ...(ask.stopTokens.length === 0 ? {} : { stop_token_ids: ask.stopTokens }),
      ...(hasSeeds && ask.seed !== null ? { sampling_seed: ask.seed } : {}),
    },
    return_logprob: true,
    logprob_start_len: -1,
    top_logprobs_num: 0,
    return_text_in_logprobs: false,
    stream: false,
  };
}

function drawnOf(meta: GenerateReply['meta_info']): Drawn {
  const reason = meta.finish_reason;
  const rows = meta.output_token_logprobs ?? [];
  if (reason == null) throw new ServiceError('protocol', `${NAME}: generate gave no finish_reason`);
  const tokens = new Array<number>(rows.length);
  const logprobs = new Array<number>(rows.length);
  for (let at = 0; at < rows.length; at++) {
    const [logprob, token] = pairOf(rows[at], 'output_token_logprobs', at);
    tokens[at] = token;
    logprobs[at] = logprob;
  }
  return { tokens, logprobs, end: endOf(reason), weightVersion: meta.weight_version ?? null };
}

/** The log-probability and token of a row. */
function pairOf(row: unknown, where: string, at: number): readonly [number, number] {
  if (!Array.isArray(row)) throw unreadable(`${NAME}: ${where}`, at, row);
  const logprob: unknown = row[0];
  const token: unknown = row[1];
  if (typeof logprob !== 'number' || typeof token !== 'number')
    throw unreadable(`${NAME}: ${where}`, at, row);
  return [logprob, token];
}

function endOf({
  type,
  message,
  status_code: status,
}: NonNullable<GenerateReply['meta_info']['finish_reason']>) {
  if (type === 'stop' || type === 'length') return type;
  if (type !== 'abort') throw new ServiceError('protocol', `${NAME}: generate ended with "${type}"`);
  if (status == null) return 'aborted';
  throw new ServiceError(
    'rejected',
    `${NAME}: generate was aborted (${status}): ${message ?? 'no reason given'}`,
    {
      retryable: status >= 500 || status === 429,
    },
  );
}

function refusesSeeds(error: unknown): boolean {
  return (
    error instanceof ServiceError && error.kind === 'rejected' && error.message.includes('sampling_seed')
  );
}
