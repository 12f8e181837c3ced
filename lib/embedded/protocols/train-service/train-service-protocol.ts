import type { z } from 'zod';
import { jsonReply, type Protocol, type ProtocolReply, wordRefusal } from '@/lib/embedded/protocol';
import { Refusal } from '@/lib/embedded/refusal';
import { secretMatches } from '@/lib/embedded/secret-matches';
import { KL_ESTIMATORS } from '@/lib/rl/kl/estimate';
import { MAX_SEQUENCES } from '@/lib/services/embedded/native-wire';
import {
  Deregister,
  type Health,
  Heartbeat,
  Initialize,
  type Initialized,
  type Models,
  PROTOCOL,
  PROTOCOL_VERSION,
  TRAIN_PREFIX,
} from '@/lib/services/train-service/wire/messages';
import { VOCABULARY_SIZE } from '@/lib/tokenizers/byte-vocabulary';
import { type ParsedBody, parseAs, readParsedBody } from './parsed-body';
import { createTrainedModels, type TrainedModels, type TrainedModelsOptions } from './trained-models';
import { callTrainedModel } from './training-operations';

export type TrainServiceProtocolOptions = TrainedModelsOptions & {
  /** Bearer tokens that open the door. */
  readonly keys: readonly string[];
  readonly build: string;
  /** Another one in each process. */
  readonly instance: string;
  readonly leaseMs: number;
  readonly maxBodyBytes: number;
};

const LOSSES = ['cross_entropy', 'importance_sampling', 'ppo', 'gspo', 'cispo'];

/** The embedded service as a train service over HTTP: docs/protocols/train-service.md. */
export function createTrainServiceProtocol(options: TrainServiceProtocolOptions): Protocol {
  const models = createTrainedModels(options);

  async function answer(route: string, body: ParsedBody, signal: AbortSignal): Promise<ProtocolReply> {
    switch (route) {
      case 'GET health':
        return jsonReply(200, healthOf(options));
      case 'GET get_models':
        return jsonReply(200, listOf(models));
      case 'POST initialize':
        return jsonReply(200, await initialize(models, options, body));
      case 'POST heartbeat':
        models.find(parseAs(Heartbeat, body).model_id);
        return jsonReply(200, { instance: options.instance });
      case 'POST deregister':
        await models.remove(parseAs(Deregister, body).model_id);
        return jsonReply(200, { done: true });
      default:
        return (await callTrainedModel({ models, route, body, signal })) ?? refuseRoute(route);
    }
  }

  return {
    prefix: TRAIN_PREFIX,
    async handle(request) {
      if (!options.keys.some((key) => secretMatches(request.headers.authorization, `Bearer ${key}`))) {
        throw new Refusal('unauthorized', 'The bearer token is missing or wrong');
      }
      const route = `${request.method} ${request.path.join('/')}`;
      return await answer(route, await readParsedBody(request), request.signal);
    },
    refuse: wordRefusal,
  };
}

function healthOf({ build, instance, maxBodyBytes }: TrainServiceProtocolOptions): Health {
  return {
    status: 'healthy',
    protocol: PROTOCOL,
    version: PROTOCOL_VERSION,
    server: `galley-embedded ${build}`,
    instance,
    losses: LOSSES,
    kl_estimators: [...KL_ESTIMATORS],
    limits: { max_body_bytes: maxBodyBytes, max_sequences: MAX_SEQUENCES },
  };
}

function listOf(models: TrainedModels): z.infer<typeof Models> {
  const listed = models.list().map(({ model, identifier, baseModel }) => ({
    model_id: model.id,
    identifier,
    base_model: baseModel,
    queued: model.queued(),
  }));
  return { models: listed };
}

async function initialize(
  models: TrainedModels,
  { leaseMs }: TrainServiceProtocolOptions,
  body: ParsedBody,
): Promise<Initialized> {
  const {
    operation_id: operationId,
    identifier,
    base_model: baseModel,
    seed,
    tuning,
  } = parseAs(Initialize, body);
  const trained = await models.open({ operationId, identifier, baseModel, seed });
  const { model } = trained;
  const isLora = tuning.kind === 'lora';
  return {
    model_id: model.id,
    epoch: trained.epoch(),
    tuning: { kind: 'full' },
    weight_version: model.weightVersion(),
    context: model.shape.context,
    vocabulary_size: VOCABULARY_SIZE,
    lease_s: leaseMs / 1000,
    notes: isLora ? ['The embedded model has no LoRA: all of its weights are trained.'] : [],
  };
}

function refuseRoute(route: string): never {
  throw new Refusal('not_found', `There is no ${route} below ${TRAIN_PREFIX}`);
}
