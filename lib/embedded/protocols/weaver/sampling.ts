import { jsonReply } from '@/lib/embedded/protocol';
import * as requests from '@/lib/services/weaver/wire/requests';
import { SampleRequest as TinkerSample } from '@/lib/services/tinker/wire/requests';
import { SampleResultJson } from '@/lib/services/tinker/wire/sample';
import { byteTokenizer } from '@/lib/tokenizers/byte-tokenizer';
import { TOKENIZER_ID } from '@/lib/embedded/base-models';
import { tinkerPath } from '../tinker/checkpoints';
import type { Samplers } from '../tinker/samplers';
import { prepareSample } from '../tinker/sampling';
import type { Sessions } from '../tinker/sessions';
import { parseBody } from '../tinker/tinker-error';
import type { Routes } from './routes';
import type { WeaverOperations } from './weaver-operations';
import { parseWeaverPath } from './weaver-path';

export type SamplingParts = {
  readonly sessions: Sessions;
  readonly samplers: Samplers;
  readonly operations: WeaverOperations;
};

export function samplingRoutes({ sessions, samplers, operations }: SamplingParts): Routes {
  const sampled = (id: string, asked: unknown): (() => Promise<{ json: unknown }>) => {
    const draw = prepareSample(parseBody(TinkerSample, asked), sessions.sampler(id));
    return async () => {
      const { sequences, ...rest } = SampleResultJson.parse((await draw()).json);
      // without a text the SDK looks for the tokenizer on the Hugging Face hub
      const told = sequences.map((each) => ({ ...each, text: byteTokenizer.decode(each.tokens) }));
      return { json: { result: { ...rest, sequences: told } } };
    };
  };
  return {
    'POST sessions/:id/sampling-sessions': async ({ json }, id) => {
      const body = parseBody(requests.SamplingSessionRequest, json);
      const path = body.model_path ?? null;
      const sampler = await samplers.open(sessions.get(id), {
        baseModel: body.base_model ?? null,
        modelPath: path === null ? null : tinkerPath(parseWeaverPath(path)),
      });
      const { base } = sampler;
      const said = { id: sampler.id, base_model: base.name, model_path: path, tokenizer_path: TOKENIZER_ID };
      return jsonReply(201, said);
    },
    'GET sampling-sessions/:id': (_, id) =>
      jsonReply(200, { id, base_model: sessions.sampler(id).base.name, tokenizer_path: TOKENIZER_ID }),
    'POST sampling-sessions/:id/samples': (exchange, id) => {
      const { sampling_params: params, ...body } = parseBody(requests.SampleRequest, exchange.json);
      const { stop_token_ids: ids, ...rest } = params;
      // one list of either kind is what the sampler takes
      const stop = [...(params.stop ?? []), ...(ids ?? [])];
      return operations.begin(exchange, { owner: id, seqId: null }, () =>
        sampled(id, { ...body, sampling_params: { ...rest, stop: oneKind(stop) } }),
      );
    },
    'POST sampling-sessions/:id/logprobs': (exchange, id) => {
      const { prompt } = parseBody(requests.LogprobsRequest, exchange.json);
      const asked = { prompt, sampling_params: { max_tokens: 1 }, prompt_logprobs: true };
      return operations.begin(exchange, { owner: id, seqId: null }, () => sampled(id, asked));
    },
  };
}

/** Token ids as texts where there are texts beside them. */
function oneKind(stop: readonly (string | number)[]): readonly (string | number)[] {
  if (!stop.some((entry) => typeof entry === 'string')) return stop;
  return stop.flatMap((entry) =>
    typeof entry === 'string' ? [entry] : entry < 256 ? [String.fromCharCode(entry)] : [],
  );
}
