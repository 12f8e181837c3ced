import type { Datum } from '@/lib/rl/datum';
import { ServiceError } from '../service-error';
import type { TrainingService } from '../training-service';
import { forwardCalls, logprobRows } from './step-calls';
import type { TinkerConnection } from './tinker-connection';
import { tinkerHealth } from './tinker-health';
import type { Sampler, TinkerModel } from './tinker-model';
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

/** Forward passes of the reference model that are asked for at once. */
const REFERENCE_CONCURRENCY = 64;

export function createTinkerTraining(parts: TinkerTrainingParts): TrainingService {
  const { model } = parts;
  const steps: Steps = new Map();
  const reference = createReference(parts);
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
      // the service keeps weights and moments; what else makes up a state travels with its address
      const facts = new URLSearchParams({ version: String(published) });
      const frozen = reference.path();
      if (frozen !== null) facts.set('reference', frozen);
      return { path: `${path}#${facts.toString()}`, bytes: 0 };
    },
    async loadState(ref, signal) {
      const [path = '', facts = ''] = ref.path.split('#');
      await loadWeights(parts, path, signal);
      const known = new URLSearchParams(facts);
      published = Number(known.get('version') ?? 0);
      reference.set(known.get('reference'));
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

/** The reference model: weights that were published for a sampler, which tells their probabilities. */
function createReference({ model, operations }: TinkerTrainingParts) {
  let place: string | null = null;
  let sampler: Sampler | null = null;
  return {
    path: () => place,
    set(path: string | null): void {
      [place, sampler] = [path, null];
    },
    async forward(batch: readonly Datum[], signal: AbortSignal): Promise<readonly Float32Array[]> {
      if (place === null) {
        throw new ServiceError('rejected', 'The model has no reference: freeze one first.', {
          retryable: false,
        });
      }
      const from = (sampler ??= await model.openSampler(place, { version: 0, signal }));
      const rows: Float32Array[] = [];
      for (let start = 0; start < batch.length; start += REFERENCE_CONCURRENCY) {
        const asked = batch
          .slice(start, start + REFERENCE_CONCURRENCY)
          .map(({ tokens }) => promptLogprobs(operations, from, { tokens: Array.from(tokens), signal }));
        rows.push(...(await Promise.all(asked)));
      }
      return rows;
    },
  };
}
