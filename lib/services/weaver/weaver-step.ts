import type { Datum } from '@/lib/rl/datum';
import { isRefusal, ServiceError } from '../service-error';
import { type StepCall, forwardCalls, stepCalls, stepMetrics } from '../tinker/step-calls';
import type { ForwardBackwardResult, TinkerDatum } from '../tinker/wire/forward-backward';
import { modelInputJson } from '../tinker/wire/model-input';
import { denseTensor } from '../tinker/wire/tensor';
import type { TrainMetrics, TrainStep } from '../training-service';
import { SERVICE_NAME, type WeaverConnection } from './weaver-connection';
import type { OpenModel, WeaverModel } from './weaver-model';
import { type Begun, finish, type OperationCall } from './weaver-operations';
import { OptimizerResult, PassResult } from './wire/replies';

type Progress = {
  readonly calls: readonly StepCall[];
  readonly results: ForwardBackwardResult[];
  /** The pass that is under way. */
  pass: Begun | null;
  optimizer: Begun | null;
};

/** Steps by operation id: on their way, or what they came to. */
export type Steps = Map<string, Progress | { readonly metrics: TrainMetrics }>;

type Parts = { readonly connection: WeaverConnection; readonly model: WeaverModel };

/** No limit of Weaver's is public: what Tinker's SDK sends at once. */
const LIMITS = { datums: 1024, bytes: 5_000_000 };
const KEPT_STEPS = 64;

/** One pass after the other, each waited for, then the optimizer's step. A call with the same id goes on where one was cut off. */
export async function takeStep(
  { connection, model }: Parts,
  steps: Steps,
  { step, signal }: { readonly step: TrainStep; readonly signal: AbortSignal },
): Promise<TrainMetrics> {
  return await model.inTurn(async (open) => {
    const known = steps.get(step.operationId);
    if (known !== undefined && 'metrics' in known) return known.metrics;
    const progress = known ?? planned(step);
    remember(steps, step.operationId, progress);
    try {
      await pass({ connection, model, open, step, progress, signal });
      const make = (seqId: number): OperationCall => optimizerCall(open, step, seqId);
      progress.optimizer ??= await model.beginNext(open, make, signal);
      const { metrics } = await finish(connection, progress.optimizer, { schema: OptimizerResult, signal });
      const told = metricsOf(step, progress.results, metrics ?? {});
      steps.set(step.operationId, { metrics: told });
      return told;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      steps.delete(step.operationId);
      if (progress.results.length === 0) throw error;
      const message = `${error.message} (after other requests of the step, so the model's state is not known: it is opened again from the last checkpoint)`;
      throw new ServiceError('gone', message, { cause: error, retryable: false });
    }
  });
}

function planned({ batch, loss }: TrainStep): Progress {
  if (loss.kind !== 'cross_entropy' && loss.kind !== 'importance_sampling') {
    throw new ServiceError(
      'rejected',
      `${SERVICE_NAME}: how the loss ${loss.kind} is configured there is not public. Set config.loss_fn to importance_sampling.`,
      { retryable: false },
    );
  }
  return { calls: stepCalls(batch, loss, LIMITS), results: [], pass: null, optimizer: null };
}

function remember(steps: Steps, id: string, progress: Progress): void {
  steps.set(id, progress);
  const [oldest] = steps.keys();
  if (steps.size > KEPT_STEPS && oldest !== undefined) steps.delete(oldest);
}

type Passing = Parts & {
  readonly open: OpenModel;
  readonly step: TrainStep;
  readonly progress: Progress;
  readonly signal: AbortSignal;
};

async function pass({ connection, model, open, progress, signal }: Passing): Promise<void> {
  const { calls, results } = progress;
  for (const call of calls.slice(results.length)) {
    const make = (seqId: number): OperationCall => passCall(open, call, { seqId, forwardOnly: false });
    progress.pass ??= await model.beginNext(open, make, signal);
    results.push(resultOf(await finish(connection, progress.pass, { schema: PassResult, signal })));
    progress.pass = null;
  }
}

/** Log-probabilities of all tokens under the weights that are trained. */
export async function forward(
  { connection, model }: Parts,
  batch: readonly Datum[],
  signal: AbortSignal,
): Promise<readonly ForwardBackwardResult[]> {
  return await model.inTurn(async (open) => {
    const results: ForwardBackwardResult[] = [];
    for (const call of forwardCalls(batch, LIMITS)) {
      const make = (seqId: number): OperationCall =>
        passCall(open, { ...call, lossFn: 'forward_logprob' }, { seqId, forwardOnly: true });
      const begun = await model.beginNext(open, make, signal);
      results.push(resultOf(await finish(connection, begun, { schema: PassResult, signal })));
    }
    return results;
  });
}

type PassOptions = { readonly seqId: number; readonly forwardOnly: boolean };

function passCall(
  { modelId }: OpenModel,
  call: StepCall,
  { seqId, forwardOnly }: PassOptions,
): OperationCall {
  const input = {
    loss_fn: call.lossFn,
    data: call.data.map((datum) => datumJson(datum)),
    ...(Object.keys(call.lossFnConfig).length === 0 ? {} : { loss_fn_config: call.lossFnConfig }),
  };
  const payload = { model_id: modelId, seq_id: seqId, tensor_transport: 'default' };
  return forwardOnly
    ? {
        operation: 'forward',
        path: `models/${modelId}/forward-passes`,
        body: { payload: { ...payload, forward_input: input } },
      }
    : {
        operation: 'forward_backward',
        path: `models/${modelId}/forward-backward-passes`,
        body: { payload: { ...payload, forward_backward_input: input } },
      };
}

/** Lists without a shape. A policy loss takes a mask beside the advantages, as the reference framework sends it. */
function datumJson({ tokens, inputs }: TinkerDatum): unknown {
  const { advantages } = inputs;
  const mask = advantages?.data.map((value) => (value === 0 ? 0 : 1));
  const all = mask === undefined ? inputs : { ...inputs, loss_mask: denseTensor('float32', mask) };
  return {
    model_input: modelInputJson(tokens),
    loss_fn_inputs: Object.fromEntries(
      Object.entries(all).map(([name, { data, dtype }]) => [name, { data, dtype }]),
    ),
  };
}

type Pass = {
  readonly loss_fn_outputs: readonly { readonly logprobs?: readonly (number | null)[] | null | undefined }[];
  readonly metrics?: Readonly<Record<string, unknown>> | null | undefined;
};

function resultOf({ loss_fn_outputs: outputs, metrics }: Pass): ForwardBackwardResult {
  return {
    outputType: 'weaver',
    outputs: outputs.map(({ logprobs }) =>
      logprobs == null
        ? {}
        : {
            logprobs: denseTensor(
              'float32',
              logprobs.map((value) => value ?? NaN),
            ),
          },
    ),
    metrics: numbersOf(metrics ?? {}),
  };
}

function numbersOf(metrics: Readonly<Record<string, unknown>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(metrics).flatMap(([name, value]) => (typeof value === 'number' ? [[name, value]] : [])),
  );
}

/** The catalogue's metrics from the log-probabilities; of a service that tells none, what it says of itself. */
function metricsOf(
  { batch, loss, optimizer }: TrainStep,
  results: readonly ForwardBackwardResult[],
  own: Readonly<Record<string, unknown>>,
): TrainMetrics {
  const isTold = results.every(({ outputs }) => outputs.every((output) => output['logprobs'] !== undefined));
  const told = { batch, loss, learningRate: optimizer.learningRate };
  if (isTold) return stepMetrics(told, results, numbersOf(own));
  return { lr: optimizer.learningRate, ...numbersOf(own) };
}

function optimizerCall({ modelId }: OpenModel, { optimizer }: TrainStep, seqId: number): OperationCall {
  const adam = {
    learning_rate: optimizer.learningRate,
    beta1: optimizer.beta1,
    beta2: optimizer.beta2,
    eps: optimizer.epsilon,
    weight_decay: optimizer.weightDecay,
    grad_clip_norm: optimizer.gradClip,
  };
  return {
    operation: 'optim_step',
    path: `models/${modelId}/optimizer-steps`,
    body: { payload: { model_id: modelId, seq_id: seqId, adam_params: adam } },
  };
}
