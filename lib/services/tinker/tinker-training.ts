import type { Datum } from '@/lib/rl/datum';
import { createReferenceModel } from '../reference-model';
import { readStateAddress, stateAddress } from '../state-address';
import type { TrainingService } from '../training-service';
import { forwardCalls, logprobRows } from './step-calls';
import type { TinkerConnection } from './tinker-connection';
import { tinkerHealth } from './tinker-health';
import type { TinkerModel } from './tinker-model';
import type { Operation, Operations } from './tinker-operations';
import { promptLogprobs } from './tinker-sampling';
import { finishAll, limitsOf, passOperation, type Steps, takeStep } from './tinker-step';
import { loadWeights, saveForSampler, saveWeights } from './tinker-weights';
import type { ForwardBackwardResult } from './wire/forward-backward';

export type TinkerTrainingParts = {
  readonly connection: TinkerConnection;
  readonly operations: Operations;
  readonly model: TinkerModel;
  readonly baseModel: string;
};

export function createTinkerTraining(parts: TinkerTrainingParts): TrainingService {
  const { model } = parts;
  const steps: Steps = new Map();
  const reference = createReferenceModel({
    open: (path, signal) => model.openSampler(path, { version: 0, signal }),
    logprobs: (from, tokens, signal) => promptLogprobs(parts.operations, from, { tokens, signal }),
  });
  let published = 0;
  return {
    async open(spec, signal) {
      steps.clear();
      reference.set(null);
      await model.open(spec, signal);
    },
    forward: (batch, weights, signal) =>
      weights === 'reference' ? reference.forward(batch, signal) : forward(parts, batch, signal),
    async freezeReference(signal) {
      reference.set(await saveForSampler(parts, { label: 'reference', lasts: true }, signal));
    },
    trainStep: (step, signal) => takeStep(parts, steps, { step, signal }),
    async publishWeights(label, signal) {
      const path = await saveForSampler(parts, { label, lasts: false }, signal);
      published += 1;
      return { path, version: published };
    },
    async saveState(label, signal) {
      const path = await saveWeights(parts, label, signal);
      return { path: stateAddress(path, { version: published, reference: reference.path() }), bytes: 0 };
    },
    async loadState(ref, signal) {
      const state = readStateAddress(ref.path);
      await loadWeights(parts, state.path, signal);
      published = state.version;
      reference.set(state.reference);
      // the same steps come again after going back, and must be taken again
      steps.clear();
    },
    health: (signal) => tinkerHealth(parts, signal),
    close: () => model.close(),
  };
}

async function forward(
  { model, operations }: TinkerTrainingParts,
  batch: readonly Datum[],
  signal: AbortSignal,
): Promise<readonly Float32Array[]> {
  const results = await model.inTurn(async (open) => {
    const passes: Operation<ForwardBackwardResult>[] = [];
    for (const call of forwardCalls(batch, limitsOf(open))) {
      const make = (seqId: number) => passOperation(open, call, { seqId, forwardOnly: true });
      passes.push(await model.submitNext(open, make, signal));
    }
    return await finishAll(operations, passes, signal);
  });
  return logprobRows(batch, results);
}
