import { isRefusal, ServiceError } from '../service-error';
import type { TrainMetrics, TrainStep } from '../training-service';
import { type ChunkLimits, type StepCall, stepCalls, stepMetrics } from './step-calls';
import type { OpenModel, TinkerModel } from './tinker-model';
import { jsonOperation, type Operation, type Operations } from './tinker-operations';
import {
  callToProto,
  ForwardBackwardOutputJson,
  type ForwardBackwardResult,
  resultFromJson,
  resultFromProto,
} from './wire/forward-backward';
import { OptimStepReply } from './wire/replies';

type OptimReply = ReturnType<typeof OptimStepReply.parse>;

/** A step on its way. What was submitted stays what it is, so that sending it again does nothing twice. */
type Progress = {
  readonly calls: readonly StepCall[];
  readonly passes: Operation<ForwardBackwardResult>[];
  optimizer: Operation<OptimReply> | null;
};

/** Steps by operation id: on their way, or what they came to. */
export type Steps = Map<string, Progress | { readonly metrics: TrainMetrics }>;

const LIMITS: ChunkLimits = { datums: 1024, bytes: 5_000_000 };
/** Steps whose answers are kept; a run repeats its last few at most. */
const KEPT_STEPS = 64;

export function limitsOf({ config }: OpenModel): ChunkLimits {
  return {
    datums: config.fwdbwd_max_chunk_len ?? LIMITS.datums,
    bytes: config.fwdbwd_max_chunk_bytes_count ?? LIMITS.bytes,
  };
}

type StepAsk = { readonly step: TrainStep; readonly signal: AbortSignal };

/**
 * Passes, then the optimizer's step right behind them, then all results. A call with the same id goes on where the one
 * before was cut off: requests under their numbers again, byte for byte.
 */
export async function takeStep(
  { model, operations }: { readonly model: TinkerModel; readonly operations: Operations },
  steps: Steps,
  { step, signal }: StepAsk,
): Promise<TrainMetrics> {
  return await model.inTurn(async (open) => {
    const known = steps.get(step.operationId);
    if (known !== undefined && 'metrics' in known) return known.metrics;
    const progress = known ?? planned(step, open);
    steps.set(step.operationId, progress);
    const [oldest] = steps.keys();
    if (steps.size > KEPT_STEPS && oldest !== undefined) steps.delete(oldest);
    await submitStep({ model, open, step }, progress, signal);
    try {
      const results = await finishAll(operations, progress.passes, signal);
      if (progress.optimizer === null) throw new Error('The step has no optimizer step.');
      const { metrics } = await operations.finish(progress.optimizer, signal);
      const told = { batch: step.batch, loss: step.loss, learningRate: step.optimizer.learningRate };
      const answer = stepMetrics(told, results, metrics ?? {});
      // the requests themselves are as large as the batch
      steps.set(step.operationId, { metrics: answer });
      return answer;
    } catch (error) {
      throw asUnknown(error, 'a request of the step failed after its optimizer step was submitted');
    }
  });
}

function planned({ batch, loss }: TrainStep, open: OpenModel): Progress {
  return { calls: stepCalls(batch, loss, limitsOf(open)), passes: [], optimizer: null };
}

type Submission = {
  readonly model: TinkerModel;
  readonly open: OpenModel;
  readonly step: TrainStep;
};

async function submitStep(
  { model, open, step }: Submission,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { calls, passes } = progress;
  try {
    forget(progress, await model.settle(open, signal));
    for (const call of calls.slice(passes.length)) {
      await model.submitNext(
        open,
        (seqId) => remember(passes, passOperation(open, call, { seqId, forwardOnly: false })),
        signal,
      );
    }
    if (progress.optimizer === null) {
      const make = (seqId: number) => (progress.optimizer = optimizerOperation(open, step, seqId));
      await model.submitNext(open, make, signal);
    }
  } catch (error) {
    if (!isRefusal(error)) throw error;
    forget(progress, progress.optimizer ?? passes.at(-1) ?? null);
    if (passes.length === 0) throw error;
    throw asUnknown(error, 'it was refused after other requests of the step had gone in');
  }
}

/** A refused request was not begun: it is no part of the step. */
function forget(progress: Progress, refused: Operation<unknown> | null): void {
  if (refused === null) return;
  if (progress.optimizer === refused) progress.optimizer = null;
  else if (progress.passes.at(-1) === refused) progress.passes.pop();
}

function remember<T>(list: T[], item: T): T {
  list.push(item);
  return item;
}

/** The gradient or the weights at the service are not what the run takes them for: it goes back to its last state. */
function asUnknown(error: unknown, why: string): unknown {
  if (!isRefusal(error)) return error;
  const message = `${error.message} (${why}, so the model's state is not known: it is opened again from the last checkpoint)`;
  return new ServiceError('gone', message, { cause: error, retryable: false });
}

const PASS = { schema: ForwardBackwardOutputJson.transform(resultFromJson), fromProto: resultFromProto };

export function passOperation(
  { modelId }: OpenModel,
  call: StepCall,
  { seqId, forwardOnly }: { readonly seqId: number; readonly forwardOnly: boolean },
): Operation<ForwardBackwardResult> {
  return {
    path: 'forward_backward',
    payload: {
      contentType: 'application/x-protobuf',
      bytes: Buffer.from(callToProto({ ...call, modelId, seqId, forwardOnly })),
    },
    kind: { name: forwardOnly ? 'Forward' : 'ForwardBackward', ...PASS },
    requestId: null,
    result: null,
  };
}

function optimizerOperation(
  { modelId }: OpenModel,
  { optimizer }: TrainStep,
  seqId: number,
): Operation<OptimReply> {
  const body = {
    adam_params: {
      learning_rate: optimizer.learningRate,
      beta1: optimizer.beta1,
      beta2: optimizer.beta2,
      eps: optimizer.epsilon,
      weight_decay: optimizer.weightDecay,
      grad_clip_norm: optimizer.gradClip,
    },
    model_id: modelId,
    seq_id: seqId,
    type: 'optim_step',
  };
  return jsonOperation('optim_step', body, { name: 'OptimStep', schema: OptimStepReply });
}

export async function finishAll<T>(
  operations: Operations,
  list: readonly Operation<T>[],
  signal: AbortSignal,
): Promise<readonly T[]> {
  return await Promise.all(list.map((operation) => operations.finish(operation, signal)));
}
