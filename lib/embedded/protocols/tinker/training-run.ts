import type { z } from 'zod';
import type { HostedModel } from '@/lib/embedded/hosted-model';
import type { ModelRegistry } from '@/lib/embedded/model-registry';
import {
  type ForwardBackwardCall,
  type ForwardBackwardResult,
  resultToJson,
  resultToProto,
} from '@/lib/services/tinker/wire/forward-backward';
import type { AdamParams } from '@/lib/services/tinker/wire/requests';
import { denseTensor } from '@/lib/services/tinker/wire/tensor';
import type { BaseModel } from '@/lib/embedded/base-models';
import type { CheckpointRef, Checkpoints } from './checkpoints';
import type { RunRecord } from './run-records';
import type { FutureResult } from './futures';
import { prepareLoss } from './tinker-loss';
import { missing, type TinkerError, unprocessable } from './tinker-error';
import { createTurnTaker } from './turn-taker';

/** A model that a client trains. Operations with a sequence id run in its order; each promise is an operation's result. */
export type TrainingRun = {
  readonly id: string;
  readonly record: RunRecord;
  readonly base: BaseModel;
  /** Checks the call at once and throws what is wrong with it; its sequence id may then come again. */
  forwardBackward(call: ForwardBackwardCall): () => Promise<FutureResult>;
  optimStep(seqId: number | null, adam: z.output<typeof AdamParams>): Promise<FutureResult>;
  save(seqId: number | null, save: SaveOptions): Promise<void>;
  /** The file is looked up when the turn has come: an operation before may write it. */
  load(seqId: number | null, load: LoadOptions): Promise<void>;
  /** A sign of life of its client. */
  touch(): void;
  close(): Promise<void>;
};

export type SaveOptions = {
  readonly ref: CheckpointRef;
  readonly overwrite: boolean;
  readonly optimizer: boolean;
  readonly ttlSeconds: number | null;
};

export type LoadOptions = { readonly file: () => Promise<string>; readonly optimizer: boolean };

export type TrainingRunOptions = {
  readonly record: RunRecord;
  readonly base: BaseModel;
  readonly model: HostedModel;
  readonly registry: ModelRegistry;
  readonly checkpoints: Checkpoints;
  readonly gapMs: number;
};

const OUTPUT_TYPE = 'TensorRecord';
const never = new AbortController().signal;

export function createTrainingRun(options: TrainingRunOptions): TrainingRun {
  const { record, checkpoints, registry } = options;
  const passes = createPasses(model);
  const turns = createTurnTaker({ gapMs: options.gapMs, onGap: passes.addLost });

  /** Throws when the model was dropped after a silence. */
  function model(): HostedModel {
    try {
      return registry.get(options.model.id);
    } catch (error) {
      throw missing(goneMessage(record.runId), { cause: error });
    }
  }

  return {
    id: record.runId,
    record,
    base: options.base,
    forwardBackward(call) {
      try {
        const work = passes.prepare(call);
        return () => turns.run(call.seqId, work);
      } catch (error) {
        if (call.seqId !== null) turns.skip(call.seqId);
        throw error;
      }
    },
    optimStep: (seqId, adam) => turns.run(seqId, () => passes.step(adam)),
    save: (seqId, { ref, overwrite, optimizer, ttlSeconds }) =>
      turns.run(seqId, async () => {
        const file = await checkpoints.place(ref, { overwrite });
        await model().saveState(file, { optimizer });
        await checkpoints.setTtl(ref, ttlSeconds);
      }),
    load: (seqId, { file, optimizer }) =>
      turns.run(seqId, async () => {
        await model().loadState(await file(), { optimizer });
        passes.forgetLost();
      }),
    touch: () => void model(),
    close: () => registry.remove(options.model.id),
  };
}

/** Forward and backward passes, and the step that ends them. */
function createPasses(model: () => HostedModel) {
  /** Backward passes that did not happen, and requests that never came and may have been some: the gradient lacks them. */
  const lost = new Set<number | null>();

  async function backward(seqId: number | null, { batch, loss }: Prepared): Promise<FutureResult> {
    try {
      const { logprobs, metrics } = await model().accumulate(batch, loss);
      lost.delete(seqId);
      return resultOf(logprobs, { 'loss:sum': metrics['loss'] ?? NaN });
    } catch (error) {
      lost.add(seqId);
      throw error;
    }
  }

  async function forward({ batch }: Prepared): Promise<FutureResult> {
    return resultOf(await model().forward({ batch, temperature: 1, weights: 'training' }, never), {});
  }

  return {
    forgetLost: () => lost.clear(),
    addLost: (seqIds: readonly number[]) => seqIds.forEach((seqId) => lost.add(seqId)),
    /** Throws what is wrong with the call. */
    prepare(call: ForwardBackwardCall): () => Promise<FutureResult> {
      try {
        const prepared = prepareLoss(call);
        return () => (call.forwardOnly ? forward(prepared) : backward(call.seqId, prepared));
      } catch (error) {
        if (!call.forwardOnly) lost.add(call.seqId);
        throw error;
      }
    },
    async step(adam: z.output<typeof AdamParams>): Promise<FutureResult> {
      if (lost.size > 0) {
        const ids = [...lost].join(', ');
        lost.clear();
        await model().forgetGradient();
        throw unprocessable(
          `No step was taken: request ${ids} failed or never came, so the gradient may not be whole. It was dropped; send the batch again.`,
        );
      }
      const metrics = await model().applyGradient({
        learningRate: adam.learning_rate,
        beta1: adam.beta1,
        beta2: adam.beta2,
        epsilon: adam.eps,
        weightDecay: adam.weight_decay,
        gradClip: adam.grad_clip_norm,
      });
      const named = { 'grad_norm:mean': metrics['grad_norm'], 'learning_rate:mean': adam.learning_rate };
      return { json: { metrics: named } };
    },
  };
}

type Prepared = ReturnType<typeof prepareLoss>;

/** Log-probabilities of all targets; the first token of a datum is none. */
function resultOf(rows: readonly Float32Array[], metrics: Readonly<Record<string, number>>): FutureResult {
  const result: ForwardBackwardResult = {
    outputType: OUTPUT_TYPE,
    outputs: rows.map((row) => ({ logprobs: denseTensor('float32', row.subarray(1)) })),
    metrics,
  };
  return { json: resultToJson(result), proto: () => resultToProto(result) };
}

function goneMessage(runId: string): string {
  return `There is no model ${runId}: it was unloaded, its session fell silent, or the service was started anew. Create a model and load its last state.`;
}

export function unknownRun(runId: string): TinkerError {
  return missing(goneMessage(runId));
}
