import type { z } from 'zod';
import { jsonReply, type ProtocolReply } from '@/lib/embedded/protocol';
import { Refusal } from '@/lib/embedded/refusal';
import { encodeMetricValue } from '@/lib/domain/run-event';
import type { Datum } from '@/lib/rl/datum';
import { logprobTensor, tensorBatch } from '@/lib/services/train-service/wire/batch-tensors';
import {
  ComputeLogProb,
  ForwardBackward,
  FreezeReference,
  LoadCheckpoint,
  lossFromWire,
  optimizerFromWire,
  OptimStep,
  SaveCheckpoint,
} from '@/lib/services/train-service/wire/messages';
import { encodeTensorBody, TENSOR_TYPE } from '@/lib/services/train-service/wire/tensor-body';
import { type ParsedBody, parseAs } from './parsed-body';
import type { Asked, Saved } from './trained-model';
import type { TrainedModels } from './trained-models';

export type TrainingCall = {
  readonly models: Pick<TrainedModels, 'find'>;
  /** Method and path. */
  readonly route: string;
  readonly body: ParsedBody;
  /** Aborts when the client hangs up. Only what changes nothing is given up then: the rest is asked for again. */
  readonly signal: AbortSignal;
};

/** The endpoints that compute; null for a route that is none of them. */
export async function callTrainedModel(call: TrainingCall): Promise<ProtocolReply | null> {
  const { models, body } = call;
  switch (call.route) {
    case 'POST compute_log_prob':
      return await computeLogProb(call);
    case 'POST forward_backward':
      return await forwardBackward(call);
    case 'POST optim_step': {
      const { model_id, parts, optimizer, ...asked } = parseAs(OptimStep, body);
      const metrics = await models
        .find(model_id)
        .stepsOf(asked.epoch)
        .optimStep({
          operationId: asked.operation_id,
          digest: body.digest,
          parts,
          optimizer: optimizerFromWire(optimizer),
        });
      return jsonReply(200, { metrics: wireMetrics(metrics) });
    }
    case 'POST freeze_reference': {
      const { model_id, ...asked } = parseAs(FreezeReference, body);
      await models.find(model_id).freezeReference(askedOf(asked));
      return jsonReply(200, { done: true });
    }
    case 'POST save_checkpoint':
      return jsonReply(200, await saveCheckpoint(call));
    case 'POST load_checkpoint': {
      const { model_id, path, ...asked } = parseAs(LoadCheckpoint, body);
      const { epoch, weightVersion } = await models.find(model_id).loadState(askedOf(asked), path);
      return jsonReply(200, { epoch, weight_version: weightVersion });
    }
    default:
      return null;
  }
}

async function computeLogProb({ models, body, signal }: TrainingCall): Promise<ProtocolReply> {
  const { model_id, model, temperature } = parseAs(ComputeLogProb, body);
  const weights = model === 'reference' ? 'reference' : 'training';
  const request = { batch: batchOf(body), temperature, weights } as const;
  const rows = await models.find(model_id).model.forward(request, signal);
  return {
    status: 200,
    headers: { 'content-type': TENSOR_TYPE },
    body: encodeTensorBody({}, [logprobTensor(rows)]),
  };
}

async function forwardBackward({ models, body }: TrainingCall): Promise<ProtocolReply> {
  const { model_id, part, loss, ...asked } = parseAs(ForwardBackward, body);
  const batch = batchOf(body);
  const metrics = await models
    .find(model_id)
    .stepsOf(asked.epoch)
    .forwardBackward({
      operationId: asked.operation_id,
      digest: body.digest,
      part,
      batch,
      loss: lossFromWire(loss),
    });
  const trained = batch.map(({ weights }) => weights.filter((weight) => weight !== 0));
  return jsonReply(200, {
    metrics: wireMetrics(metrics),
    tokens: trained.reduce((sum, weights) => sum + weights.length, 0),
    weight: trained.reduce((sum, weights) => weights.reduce((total, weight) => total + weight, sum), 0),
  });
}

async function saveCheckpoint({ models, body }: TrainingCall): Promise<unknown> {
  const { model_id, local_path: place, save_weight_only, keep, ...asked } = parseAs(SaveCheckpoint, body);
  const model = models.find(model_id);
  const saved: Saved = save_weight_only
    ? await model.saveWeights(askedOf(asked), { folder: place, keep })
    : await model.saveState(askedOf(asked), place);
  return { path: saved.path, bytes: saved.bytes, weight_version: saved.weightVersion };
}

function askedOf({ epoch, operation_id }: Omit<z.infer<typeof FreezeReference>, 'model_id'>): Asked {
  return { epoch, operationId: operation_id };
}

function batchOf({ tensors }: ParsedBody): readonly Datum[] {
  if (tensors === null) throw new Refusal('invalid_request', `The batch must come as ${TENSOR_TYPE}`);
  try {
    return tensorBatch(tensors);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Refusal('invalid_request', error.message, { cause: error });
  }
}

function wireMetrics(metrics: Readonly<Record<string, number>>): Record<string, number | string> {
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, encodeMetricValue(value)]));
}
