import { z } from 'zod';
import { createReferenceModel } from '../reference-model';
import { ServiceError } from '../service-error';
import { readStateAddress, stateAddress } from '../state-address';
import { logprobRows } from '../tinker/step-calls';
import type { TrainingService } from '../training-service';
import { uniqueName } from '../unique-name';
import { SERVICE_NAME, type WeaverConnection } from './weaver-connection';
import { weaverHealth } from './weaver-health';
import type { WeaverModel } from './weaver-model';
import { finish, run } from './weaver-operations';
import { promptLogprobs } from './weaver-sampling';
import { forward, type Steps, takeStep } from './weaver-step';
import { CheckpointResult, ExportResult } from './wire/replies';

export type WeaverTrainingParts = {
  readonly connection: WeaverConnection;
  readonly model: WeaverModel;
  readonly baseModel: string;
};

/** Weights for a sampler are of use until the next ones are published; a pause may come between. */
const SAMPLER_TTL_SECONDS = 86_400;

export function createWeaverTraining(parts: WeaverTrainingParts): TrainingService {
  const { model, connection } = parts;
  const steps: Steps = new Map();
  const reference = createReferenceModel({
    open: (path, signal) => model.openSampler(path, 0, signal),
    logprobs: (from, tokens, signal) => promptLogprobs(connection, from, { tokens, signal }),
  });
  let published = 0;
  return {
    async open(spec, signal) {
      steps.clear();
      reference.set(null);
      await model.open(spec, signal);
    },
    forward: async (batch, weights, signal) =>
      weights === 'reference'
        ? await reference.forward(batch, signal)
        : logprobRows(batch, await forward(parts, batch, signal)),
    async freezeReference(signal) {
      reference.set(await exportWeights(parts, { path: uniqueName('reference') }, signal));
    },
    trainStep: (step, signal) => takeStep(parts, steps, { step, signal }),
    async publishWeights(label, signal) {
      const named = { path: uniqueName(label), ttl_seconds: SAMPLER_TTL_SECONDS };
      const path = await exportWeights(parts, named, signal);
      published += 1;
      return { path, version: published };
    },
    async saveState(label, signal) {
      const body = { type: 'weight_and_optimizer', name: uniqueName(label) };
      const { path } = await model.inTurn(({ modelId }) =>
        run(
          connection,
          { operation: 'checkpoints', path: `models/${modelId}/checkpoints`, body },
          { schema: CheckpointResult, signal },
        ),
      );
      return { path: stateAddress(path, { version: published, reference: reference.path() }), bytes: 0 };
    },
    async loadState(ref, signal) {
      const state = readStateAddress(ref.path);
      const body = { path: state.path, include_optimizer: true };
      await model.inTurn(({ modelId }) =>
        run(
          connection,
          { operation: 'load', path: `models/${modelId}/load`, body },
          { schema: z.unknown(), signal },
        ),
      );
      published = state.version;
      reference.set(state.reference);
      // the same steps come again after going back, and must be taken again
      steps.clear();
    },
    health: (signal) => weaverHealth(parts, signal),
    close: () => model.close(),
  };
}

/** The path of the training weights of now, for a sampler. */
async function exportWeights(
  { connection, model }: WeaverTrainingParts,
  named: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<string> {
  const result = await model.inTurn(async (open) => {
    const make = (seqId: number) => ({
      operation: 'export-sampler',
      path: `models/${open.modelId}/export-sampler`,
      body: { seq_id: seqId, ...named },
    });
    const begun = await model.beginNext(open, make, signal);
    return await finish(connection, begun, { schema: ExportResult, signal });
  });
  const path = result.model_path ?? result.path ?? '';
  if (path !== '') return path;
  throw new ServiceError('protocol', `${SERVICE_NAME}: export-sampler gave no path`);
}
