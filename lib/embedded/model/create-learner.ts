import { availableParallelism } from 'node:os';
import type { Datum, LossSpec, OptimizerSpec } from '@/lib/rl/datum';
import { packBatch, sharedDoubles, sharedFloats, sharedInts } from './batch';
import { checkBatch, checkSampleRequest, checkShape } from './checks';
import { createModelMemory } from './engine';
import type { GradientJob } from './gradient';
import { GRADIENT_SHARDS, layOutMemory, type MemoryLayout } from './layout';
import type { Learner, Likeliest, ModelShape, SampleRequest } from './learner';
import { lossMetrics, STATISTICS_PER_SHARD } from './loss-statistics';
import { loadKernelModule } from './model-files';
import { initialiseWeights, readModelState, writeModelState } from './model-state';
import { packSampleJob, unpackSamples } from './sample-job';
import { createWorkerPool, type WorkerPool } from './worker-pool';

export type LearnerOptions = {
  readonly shape: ModelShape;
  /** Decides the initial weights. */
  readonly seed: number;
  /** Compute threads; every number of them gives the same bits. */
  readonly threads?: number;
};

type Model = {
  readonly shape: ModelShape;
  readonly layout: MemoryLayout;
  readonly memory: WebAssembly.Memory;
  readonly pool: WorkerPool;
  /** Optimizer updates so far. */
  updates: number;
  /** Weights of the reference model, once there is one. */
  reference: Float32Array | null;
  /** Gradients have gathered since the last step. */
  hasGradient: boolean;
};

/** A learner with freshly initialised weights, which are also those that it samples from. */
export async function createLearner({ shape, seed, threads }: LearnerOptions): Promise<Learner> {
  checkShape(shape);
  const count = threads ?? Math.max(1, Math.min(4, availableParallelism()));
  const memory = createModelMemory(shape, count);
  const layout = layOutMemory(shape, count);
  const pool = await createWorkerPool({ module: await loadKernelModule(), memory, shape, threads: count });
  const model: Model = { shape, layout, memory, pool, updates: 0, reference: null, hasGradient: false };
  initialiseWeights(memory, layout, seed);
  publish(model);
  await pool.run({ kind: 'transpose' });
  const inOrder = createQueue();
  return {
    sample: (requests) => inOrder(() => sample(model, requests)),
    forward: (batch, temperature, weights) => inOrder(() => forward(model, batch, { temperature, weights })),
    likeliest: (batch, tokens) => inOrder(() => likeliest(model, batch, tokens)),
    accumulate: (batch, loss) => inOrder(() => accumulate(model, batch, loss)),
    forgetGradient: () =>
      inOrder(() => {
        model.hasGradient = false;
        return Promise.resolve();
      }),
    applyGradient: (optimizer) => inOrder(() => applyGradient(model, optimizer)),
    trainStep: (batch, loss, optimizer) => inOrder(() => trainStep(model, batch, { loss, optimizer })),
    save: ({ optimizer } = { optimizer: true }) =>
      inOrder(() => Promise.resolve(writeModelState(memory, layout, { ...model, optimizer }))),
    load: (state, { optimizer } = { optimizer: true }) =>
      inOrder(async () => {
        Object.assign(model, readModelState(memory, layout, { state, shape, optimizer }));
        model.hasGradient = false;
        await pool.run({ kind: 'transpose' });
      }),
    freezeReference: () =>
      inOrder(() => {
        model.reference = trainingWeights(model).slice();
        return Promise.resolve();
      }),
    publish: () =>
      inOrder(() => {
        publish(model);
        return Promise.resolve();
      }),
    close: () => pool.close(),
  };
}

/** Runs tasks one after the other, in the order in which they were given; a failed task does not stop the next. */
function createQueue(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task);
    last = result.catch(() => null);
    return result;
  };
}

function publish({ memory, layout }: Model): void {
  const floats = new Float32Array(memory.buffer);
  const from = layout.weights / 4;
  floats.copyWithin(layout.samplingWeights / 4, from, from + layout.tensors.parameterFloats);
}

async function sample(model: Model, requests: readonly SampleRequest[]) {
  if (requests.length === 0) return [];
  for (const request of requests) checkSampleRequest(request, model.shape);
  const job = packSampleJob(requests, model.shape.context);
  await model.pool.run({ kind: 'sample', ...job });
  return unpackSamples(job);
}

/** The training weights in the shared memory. */
function trainingWeights({ memory, layout }: Model): Float32Array {
  return new Float32Array(memory.buffer, layout.weights, layout.tensors.parameterFloats);
}

/** Runs with the reference weights in the place of the training weights, which come back unchanged. */
async function asReference<T>(model: Model, work: () => Promise<T>): Promise<T> {
  if (model.reference === null) throw new RangeError('The model has no reference: freeze one first.');
  const weights = trainingWeights(model);
  const kept = weights.slice();
  weights.set(model.reference);
  try {
    return await work();
  } finally {
    weights.set(kept);
  }
}

type Forward = { readonly temperature: number; readonly weights: 'training' | 'reference' };

async function forward(model: Model, batch: readonly Datum[], { temperature, weights }: Forward) {
  checkBatch(batch, model.shape);
  const packed = packBatch(batch);
  const out = sharedFloats(packed.tokens.length);
  const job = { kind: 'logprobs', batch: packed, inverseTemperature: 1 / temperature, out } as const;
  if (weights === 'reference') await asReference(model, () => model.pool.run(job));
  else await model.pool.run(job);
  return splitBySequence(batch, 1, (from, to) => out.slice(from, to));
}

type Step = { readonly loss: LossSpec; readonly optimizer: OptimizerSpec };

async function trainStep(model: Model, batch: readonly Datum[], { loss, optimizer }: Step) {
  checkBatch(batch, model.shape);
  const totalWeight = weightOf(batch);
  if (!(totalWeight > 0)) throw new RangeError('The batch has no token with a positive loss weight.');
  const statistics = await addGradient(model, { batch, loss, normalizer: loss.normalizer ?? totalWeight });
  return { ...lossMetrics(statistics, loss), ...(await applyGradient(model, optimizer)) };
}

async function accumulate(model: Model, batch: readonly Datum[], loss: LossSpec) {
  checkBatch(batch, model.shape);
  const logprobs = sharedFloats(batch.reduce((sum, { tokens }) => sum + tokens.length, 0));
  const part = { batch, loss, normalizer: loss.normalizer ?? weightOf(batch) };
  const statistics = await addGradient(model, part, { accumulate: model.hasGradient, logprobs });
  return {
    logprobs: splitBySequence(batch, 1, (from, to) => logprobs.slice(from, to)),
    metrics: lossMetrics(statistics, loss),
  };
}

type GradientPart = {
  readonly batch: readonly Datum[];
  readonly loss: LossSpec;
  readonly normalizer: number;
};

/** Statistics of the part, whose gradient is now in the shards. */
async function addGradient(
  model: Model,
  { batch, ...part }: GradientPart,
  options: Pick<GradientJob, 'accumulate' | 'logprobs'> = {},
): Promise<Float64Array> {
  const statistics = sharedDoubles(GRADIENT_SHARDS * STATISTICS_PER_SHARD);
  await model.pool.run({ kind: 'gradient', batch: packBatch(batch), ...part, statistics, ...options });
  model.hasGradient = true;
  return statistics;
}

async function applyGradient(model: Model, optimizer: OptimizerSpec) {
  if (!model.hasGradient)
    throw new RangeError('There is no gradient to step along: call a backward pass first.');
  const { pool, layout } = model;
  const squares = sharedDoubles(layout.tensors.all.length);
  // the sum of the shards takes the place of the first: nothing can be added to it afterwards
  model.hasGradient = false;
  await pool.run({ kind: 'reduce', squares });
  const norm = Math.sqrt(squares.reduce((sum, value) => sum + value, 0));
  if (!Number.isFinite(norm)) {
    throw new RangeError(
      'The gradient is not finite, so the weights were left as they are. Lower the learning rate.',
    );
  }
  const { gradClip } = optimizer;
  const gradientScale = gradClip > 0 && norm > gradClip ? gradClip / norm : 1;
  model.updates += 1;
  await pool.run({ kind: 'update', optimizer, gradientScale, step: model.updates });
  return { grad_norm: norm, lr: optimizer.learningRate };
}

function weightOf(batch: readonly Datum[]): number {
  return batch.reduce((sum, datum) => sum + datum.weights.reduce((a, b) => a + b, 0), 0);
}

async function likeliest(
  model: Model,
  batch: readonly Datum[],
  count: number,
): Promise<readonly Likeliest[]> {
  checkBatch(batch, model.shape);
  const packed = packBatch(batch);
  const cells = packed.tokens.length * count;
  const top = { count, tokens: sharedInts(cells), logprobs: sharedFloats(cells).fill(-Infinity) };
  const out = sharedFloats(packed.tokens.length);
  await model.pool.run({ kind: 'logprobs', batch: packed, inverseTemperature: 1, out, top });
  return splitBySequence(batch, count, (from, to) => ({
    tokens: top.tokens.slice(from, to),
    logprobs: top.logprobs.slice(from, to),
  }));
}

/** What belongs to each sequence of values that lie one after the other, `width` per token. */
function splitBySequence<A>(
  batch: readonly Datum[],
  width: number,
  slice: (from: number, to: number) => A,
): readonly A[] {
  let at = 0;
  return batch.map(({ tokens }) => {
    const from = at;
    at += tokens.length * width;
    return slice(from, at);
  });
}
