import { promptRow } from '../token-inference';
import { SERVICE_NAME } from './tinker-connection';
import type { Sampler } from './tinker-model';
import { jsonOperation, type Operations } from './tinker-operations';
import { modelInputJson } from './wire/model-input';
import { type SampleResult, sampleFromJson, sampleFromProto, SampleResultJson } from './wire/sample';

export type SampleAsk = {
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topP: number;
  readonly seed: number | null;
  readonly stop: readonly string[] | readonly number[];
  readonly promptLogprobs: boolean;
};

const RESULT = {
  name: 'Sample',
  schema: SampleResultJson.transform(sampleFromJson),
  fromProto: sampleFromProto,
};

/** One sample of a prompt. Sent again as the same request, so that a lost answer costs no second sample. */
export async function sampleOnce(
  operations: Operations,
  sampler: Sampler,
  { ask, signal }: { readonly ask: SampleAsk; readonly signal: AbortSignal },
): Promise<SampleResult> {
  const body = {
    num_samples: 1,
    prompt: modelInputJson(ask.prompt),
    sampling_params: {
      max_tokens: ask.maxTokens,
      ...(ask.seed === null ? {} : { seed: ask.seed }),
      ...(ask.stop.length === 0 ? {} : { stop: ask.stop }),
      temperature: ask.temperature,
      top_k: -1,
      top_p: ask.topP,
    },
    sampling_session_id: sampler.id,
    seq_id: sampler.nextSeqId,
    prompt_logprobs: ask.promptLogprobs,
    topk_prompt_logprobs: 0,
    type: 'sample',
  };
  sampler.nextSeqId += 1;
  return await operations.run(jsonOperation('asample', body, RESULT), signal);
}

/** Natural-log probabilities of `tokens` under a sampler's weights; entry 0 is 0. */
export async function promptLogprobs(
  operations: Operations,
  sampler: Sampler,
  { tokens, signal }: { readonly tokens: readonly number[]; readonly signal: AbortSignal },
): Promise<Float32Array> {
  const sampling = { maxTokens: 1, temperature: 1, topP: 1, seed: null, stop: [] };
  const ask = { ...sampling, prompt: tokens, promptLogprobs: true };
  const { promptLogprobs: row } = await sampleOnce(operations, sampler, { ask, signal });
  return promptRow(SERVICE_NAME, tokens, row);
}
