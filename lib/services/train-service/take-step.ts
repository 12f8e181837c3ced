import { ServiceError } from '../service-error';
import type { TrainMetrics, TrainStep } from '../training-service';
import { combineMetrics } from './combine-metrics';
import { splitBatch } from './split-batch';
import { isIncomplete } from './train-service-error';
import type { TrainServiceSession } from './train-service-session';
import { batchTensors } from './wire/batch-tensors';
import {
  ForwardBackwardReply,
  lossToWire,
  OptimStepReply,
  optimizerToWire,
  type PartResult,
} from './wire/messages';

/** Parts that the server has answered, by operation id: what is asked again goes on from there. */
export type Steps = Map<string, PartResult[]>;

/** Steps whose parts are remembered; a run repeats its last few at most. */
const KEPT_STEPS = 16;
/** How often the parts of a step are sent before the server is given up. */
const ROUNDS = 3;

/**
 * The parts of a batch one after the other, then the optimizer's step. The server steps only when it has every part, and
 * once for an operation id, so what got lost on the way is sent again without harm.
 */
export async function takeStep(
  session: TrainServiceSession,
  steps: Steps,
  { step, signal }: { readonly step: TrainStep; readonly signal: AbortSignal },
): Promise<TrainMetrics> {
  const plan = planOf(session, step);
  for (let round = 1; ; round++) {
    const results = progressOf(steps, step.operationId);
    for (const part of plan.parts.slice(results.length)) {
      const call = { operation: 'forward_backward', ...part };
      results.push(await session.calls.json(call, ForwardBackwardReply, signal));
    }
    try {
      const call = { operation: 'optim_step', body: plan.optimizer };
      const { metrics } = await session.calls.json(call, OptimStepReply, signal);
      return { ...combineMetrics(results), ...metrics };
    } catch (error) {
      if (!isIncomplete(error) || round >= ROUNDS) throw error;
      steps.delete(step.operationId);
    }
  }
}

function progressOf(steps: Steps, operationId: string): PartResult[] {
  const results = steps.get(operationId) ?? [];
  steps.set(operationId, results);
  const [oldest] = steps.keys();
  if (steps.size > KEPT_STEPS && oldest !== undefined) steps.delete(oldest);
  return results;
}

function planOf(session: TrainServiceSession, { operationId, batch, loss, optimizer }: TrainStep) {
  const { model_id, epoch, maxSequences, maxBytes } = session.current();
  const normalizer = loss.normalizer ?? totalWeight(batch);
  if (!(normalizer > 0)) throw refused('The batch has no token with a positive loss weight.');
  const common = { model_id, epoch, operation_id: operationId };
  const wireLoss = lossToWire(loss, normalizer);
  const parts = splitBatch(batch, { maxSequences, maxBytes }).map((part, index) => ({
    body: { ...common, part: index, loss: wireLoss },
    tensors: tensorsOf(part),
  }));
  return { parts, optimizer: { ...common, parts: parts.length, optimizer: optimizerToWire(optimizer) } };
}

function totalWeight(batch: TrainStep['batch']): number {
  return batch.reduce((total, { weights }) => total + weights.reduce((sum, weight) => sum + weight, 0), 0);
}

function tensorsOf(part: TrainStep['batch']): ReturnType<typeof batchTensors> {
  try {
    return batchTensors(part);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw refused(error.message);
  }
}

function refused(message: string): ServiceError {
  return new ServiceError('rejected', `train service: ${message}`, { retryable: false });
}
