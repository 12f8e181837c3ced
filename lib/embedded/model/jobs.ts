import { computeLogprobs, computeShardGradient, type GradientJob, type LogprobJob } from './gradient';
import type { Engine, EngineOptions } from './engine';
import { GRADIENT_SHARDS } from './layout';
import { reduceTensor, transposeTensor, updateTensor, type UpdateJob } from './optimizer';
import type { SampleJob } from './sample-job';
import { sampleRequests } from './sampler';

/** What workers do together. Every job splits into units with fixed results; threads take units as they become free. */
export type Job =
  | ({ readonly kind: 'gradient' } & GradientJob)
  /** Sums gradient shards; `squares` receives one sum of squares per tensor. */
  | { readonly kind: 'reduce'; readonly squares: Float64Array }
  | ({ readonly kind: 'update' } & UpdateJob)
  | { readonly kind: 'transpose' }
  | ({ readonly kind: 'logprobs' } & LogprobJob)
  | ({ readonly kind: 'sample' } & SampleJob);

/** First message to a worker. */
export type WorkerStart = EngineOptions & {
  /** Element 0 counts the units taken of the current job. */
  readonly claims: Int32Array;
};

export function unitCount(job: Job, engine: Engine): number {
  switch (job.kind) {
    case 'gradient':
      return GRADIENT_SHARDS;
    case 'reduce':
    case 'update':
    case 'transpose':
      return engine.layout.tensors.all.length;
    case 'logprobs':
      return job.batch.offsets.length - 1;
    case 'sample':
      return job.count;
  }
}

/** This thread's part of a job: takes units until none is left. */
export function runJob(engine: Engine, job: Job, { claims, threads }: WorkerStart): void {
  const units = unitCount(job, engine);
  const next = (): number | null => {
    const unit = Atomics.add(claims, 0, 1);
    return unit < units ? unit : null;
  };
  if (job.kind === 'sample') {
    sampleRequests(engine, job, { next, share: Math.ceil(units / threads) });
    return;
  }
  for (let unit = next(); unit !== null; unit = next()) runUnit(engine, job, unit);
}

function runUnit(engine: Engine, job: Exclude<Job, { kind: 'sample' }>, unit: number): void {
  if (job.kind === 'gradient') {
    computeShardGradient(engine, job, unit);
    return;
  }
  if (job.kind === 'logprobs') {
    computeLogprobs(engine, job, unit);
    return;
  }
  const tensor = engine.layout.tensors.all[unit];
  if (!tensor) throw new RangeError(`Tensor ${unit} does not exist.`);
  if (job.kind === 'reduce') job.squares[unit] = reduceTensor(engine, tensor);
  else if (job.kind === 'update') updateTensor(engine, job, tensor);
  else transposeTensor(engine, tensor);
}
