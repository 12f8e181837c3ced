import { z } from 'zod';
import { jsonReply, type ProtocolReply } from '@/lib/embedded/protocol';
import { Refusal } from '@/lib/embedded/refusal';
import { BYTES_TOKENIZER } from '@/lib/tokenizers/byte-vocabulary';
import type { Exchange, Operations } from './exchange';
import { parseRequest } from './openai-error';
import type { ServedModel } from './served-model';

// How weights are exchanged: SGLang's calls, and those of vLLM's development mode.

const PauseRequest = z.object({ mode: z.enum(['abort', 'retract', 'in_place']).nullish() }).nullable();
const UpdateRequest = z.object({
  model_path: z.string(),
  weight_version: z.union([z.string(), z.number().transform(String)]).nullish(),
  abort_all_requests: z.boolean().nullish(),
});
const AbortRequest = z.object({ rid: z.string().nullish(), abort_all: z.boolean().nullish() });
const RpcRequest = z.object({
  method: z.string(),
  kwargs: z.object({ weights_path: z.string().nullish() }).nullish(),
});
const VersionRequest = z.object({ new_version: z.union([z.string(), z.number().transform(String)]) });
const VLLM_PAUSES = new Set(['abort', 'wait', 'keep']);

const done = (message: string): ProtocolReply => jsonReply(200, { status: 'ok', message });
const empty: ProtocolReply = { status: 200, headers: {}, body: new Uint8Array(0) };

export const sglangControl: Operations = {
  'GET get_model_info': modelInfo,
  'GET model_info': modelInfo,
  'GET get_server_info': serverInfo,
  'GET server_info': serverInfo,
  'GET flush_cache': flushed,
  'POST flush_cache': flushed,
  'POST pause_generation': ({ body, server: { model } }) => {
    model.pause(parseRequest(PauseRequest, body)?.mode ?? 'abort');
    return done('Generation paused.');
  },
  'POST continue_generation': ({ server: { model } }) => {
    model.resume();
    return done('Generation continued.');
  },
  'POST abort_request': ({ body, server: { model } }) => {
    const { rid, abort_all: isForAll } = parseRequest(AbortRequest, body);
    if (isForAll === true) model.abort(null);
    else if (rid != null) model.abort(rid);
    return empty;
  },
  'POST update_weights_from_disk': async ({ body, server: { model } }) => {
    const {
      model_path: path,
      weight_version: version,
      abort_all_requests: isForAll,
    } = parseRequest(UpdateRequest, body);
    if (isForAll === true) model.abort(null);
    return await updated(model, path, version ?? null);
  },
};

/** SGLang answers a failed load with its reason and status 400, not with an error. */
async function updated(model: ServedModel, path: string, version: string | null): Promise<ProtocolReply> {
  try {
    await model.load(path, version);
    return jsonReply(200, {
      success: true,
      message: `Loaded ${path}.`,
      num_paused_requests: model.info().waiting,
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return jsonReply(400, { success: false, message: error.message, num_paused_requests: 0 });
  }
}

export const vllmControl: Operations = {
  'POST pause': ({ request, server: { model } }) => {
    const mode = request.query.get('mode') ?? 'abort';
    if (!VLLM_PAUSES.has(mode)) throw new Refusal('invalid_request', `${mode} is no way to pause`);
    model.pause(mode);
    return jsonReply(200, { status: 'paused' });
  },
  'POST resume': ({ server: { model } }) => {
    model.resume();
    return jsonReply(200, { status: 'resumed' });
  },
  'GET is_paused': ({ server: { model } }) => jsonReply(200, { is_paused: model.info().isPaused }),
  'POST reset_prefix_cache': () => jsonReply(200, { success: true }),
  'POST collective_rpc': async ({ body, server: { model } }) => {
    const { method, kwargs } = parseRequest(RpcRequest, body);
    const path = kwargs?.weights_path;
    if (method !== 'reload_weights' || path == null) {
      throw new Refusal(
        'invalid_request',
        'The embedded service knows reload_weights with weights_path alone.',
      );
    }
    await model.load(path, null);
    return jsonReply(200, { results: [null] });
  },
  'POST update_weight_version': ({ body, server: { model } }) => {
    const { new_version: version } = parseRequest(VersionRequest, body);
    model.nameVersion(version);
    return jsonReply(200, { success: true, new_version: version });
  },
  'GET weight_info': ({ server: { model } }) =>
    jsonReply(200, { weight_version: model.info().weightVersion }),
};

export const healthOperations: Operations = {
  'GET health': () => empty,
  'GET health_generate': () => empty,
};

export const modelOperations: Operations = {
  'GET v1/models': (exchange) =>
    jsonReply(200, { object: 'list', data: exchange.server.names.map((name) => card(name, exchange)) }),
};

export function card(name: string, { server: { model } }: Exchange): object {
  return {
    id: name,
    object: 'model',
    created: 0,
    owned_by: 'galley',
    root: name,
    max_model_len: model.info().shape.context,
    tokenizer: BYTES_TOKENIZER,
  };
}

function modelInfo({ server: { model, names } }: Exchange): ProtocolReply {
  const { folder, weightVersion } = model.info();
  return jsonReply(200, {
    model_path: folder ?? names[0] ?? '',
    tokenizer_path: BYTES_TOKENIZER,
    is_generation: true,
    weight_version: weightVersion,
  });
}

function serverInfo({ server: { model, names } }: Exchange): ProtocolReply {
  const { shape, weightVersion, isPaused, waiting } = model.info();
  return jsonReply(200, {
    served_model_name: names[0] ?? '',
    context_length: shape.context,
    weight_version: weightVersion,
    version: 'galley',
    is_paused: isPaused,
    num_running_reqs: waiting,
  });
}

/** There is no cache: as SGLang does, it says no while requests run. */
function flushed({ server: { model } }: Exchange): ProtocolReply {
  const isIdle = model.info().waiting === 0;
  const message = isIdle ? 'Cache flushed.\n' : 'Requests are running: the cache was not flushed.\n';
  return {
    status: isIdle ? 200 : 400,
    headers: { 'content-type': 'text/plain' },
    body: Buffer.from(message),
  };
}
