import { ServiceError } from '../service-error';
import { modelInputJson } from '../tinker/wire/model-input';
import { promptRow, stopTokensOf, type TokenAsk, type TokenSequence } from '../token-inference';
import { SERVICE_NAME, type WeaverConnection } from './weaver-connection';
import type { Sampler } from './weaver-model';
import { run } from './weaver-operations';
import { LogprobsResult, SampleResult } from './wire/replies';

/** One sample of a prompt. A lost answer is an error that may pass: the next call draws another sample. */
export async function sampleOnce(
  connection: WeaverConnection,
  sampler: Sampler,
  { ask, signal }: { readonly ask: TokenAsk; readonly signal: AbortSignal },
): Promise<TokenSequence> {
  const { maxTokens, temperature, seed, stop, topP = 1 } = ask.request;
  const ids = stopTokensOf(ask);
  const body = {
    prompt: modelInputJson(ask.prompt),
    sampling_params: {
      temperature,
      top_p: topP,
      top_k: -1,
      max_tokens: maxTokens,
      ...(stop.length === 0 ? {} : { stop }),
      ...(ids.length === 0 ? {} : { stop_token_ids: ids }),
      ...(seed === null ? {} : { seed }),
    },
    num_samples: 1,
    prompt_logprobs: false,
    topk_prompt_logprobs: 0,
  };
  const call = { operation: 'samples', path: `sampling-sessions/${sampler.id}/samples`, body };
  const [sequence] = (await run(connection, call, { schema: SampleResult, signal })).sequences;
  if (sequence === undefined) throw new ServiceError('protocol', `${SERVICE_NAME}: samples gave no sequence`);
  const { tokens, logprobs, stop_reason: reason } = sequence;
  return { tokens, logprobs: logprobs ?? null, stopReason: reason === 'length' ? 'length' : 'stop' };
}

/** Natural-log probabilities of `tokens` under a sampler's weights; entry 0 is 0. */
export async function promptLogprobs(
  connection: WeaverConnection,
  sampler: Sampler,
  { tokens, signal }: { readonly tokens: readonly number[]; readonly signal: AbortSignal },
): Promise<Float32Array> {
  const body = { prompt: modelInputJson(tokens) };
  const call = { operation: 'logprobs', path: `sampling-sessions/${sampler.id}/logprobs`, body };
  const { prompt_logprobs: row } = await run(connection, call, { schema: LogprobsResult, signal });
  return promptRow(SERVICE_NAME, tokens, row);
}
