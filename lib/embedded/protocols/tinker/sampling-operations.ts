import { jsonReply } from '@/lib/embedded/protocol';
import { CreateSamplingSessionRequest, SampleRequest } from '@/lib/services/tinker/wire/requests';
import type { Operations } from './exchange';
import type { Futures } from './futures';
import type { Samplers } from './samplers';
import { prepareSample } from './sampling';
import type { Sessions } from './sessions';
import { submitTo } from './submit';
import { parseBody, unprocessable } from './tinker-error';

export function samplingOperations(parts: {
  readonly sessions: Sessions;
  readonly samplers: Samplers;
  readonly futures: Futures;
}): Operations {
  const { sessions, samplers } = parts;
  const begin = submitTo(parts.futures);
  return {
    'POST create_sampling_session': async ({ json }) => {
      const body = parseBody(CreateSamplingSessionRequest, json);
      const sampler = await samplers.open(sessions.get(body.session_id), {
        baseModel: body.base_model ?? null,
        modelPath: body.model_path ?? null,
      });
      return jsonReply(200, { type: 'create_sampling_session', sampling_session_id: sampler.id });
    },
    'POST asample': (exchange) => {
      const body = parseBody(SampleRequest, exchange.json);
      const owner = body.sampling_session_id ?? null;
      if (owner === null) {
        throw unprocessable('asample needs a sampling_session_id: create_sampling_session gives one.');
      }
      const sampler = sessions.sampler(owner);
      return begin(exchange, { owner, seqId: body.seq_id ?? null }, () => prepareSample(body, sampler));
    },
  };
}
