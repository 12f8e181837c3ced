import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import type { DataLoader, LoadedPrompt } from './data-loader/data-loader';
import { createBatchSampler } from './rollout/batch-sampler';
import { gatherRollouts, type GatherParts } from './rollout/gather-rollouts';
import type { RolloutTask } from './rollout/rollout';
import { createTrajectoryPool, type TrajectoryPoolOptions } from './trajectory-pool/trajectory-pool';
import type { WeightSync } from './weight-sync/weight-sync';
import type { BatchPipeline } from './batch-pipeline/batch-pipeline';
import { createOrderedBatches } from './batch-pipeline/ordered-batches';
import { createStreamedBatches } from './batch-pipeline/streamed-batches';

/** Versions that rollouts of a `fully-async` run may lag behind, where the recipe does not say. */
const USUAL_STALENESS = 1;

export type PipelineParts = Pick<TrajectoryPoolOptions, 'failures' | 'onFailed'> & {
  readonly config: RecipeConfig;
  readonly loader: DataLoader;
  readonly gathering: Omit<GatherParts, 'pool'>;
  readonly sync: WeightSync;
  readonly tasksOf: (prompts: readonly LoadedPrompt[], step: number) => readonly RolloutTask[];
  /** Of the whole run. */
  readonly totalSteps: number;
  /** First step that is not of this pipeline. */
  readonly endStep: number;
  /** Something after the step needs the newest weights. */
  readonly isBoundary: (step: number) => boolean;
};

/** The pipeline that `weight.sync_mode` names. */
export function assemblePipeline(parts: PipelineParts): BatchPipeline {
  return parts.config.weight?.sync_mode === 'fully-async' ? streamed(parts) : ordered(parts);
}

function ordered(parts: PipelineParts): BatchPipeline {
  const { config, loader, sync, failures, onFailed, gathering } = parts;
  const { trajectory_pool: settings } = config;
  const pool = createTrajectoryPool({
    failures,
    onFailed,
    readiness: {
      kind: settings.check_batch_ready_function ?? 'loaded_batch_finished',
      batchSize: settings.batch_size ?? USUAL_BATCH,
      keys: settings.key_list,
      groupSize: settings.group_size,
    },
    ...(filterOf(config) === null ? {} : { wantedGroups: config.data.batch_size }),
  });
  return createOrderedBatches({
    batches: createBatchSampler({
      ...gathering,
      pool,
      loader,
      tasksOf: parts.tasksOf,
      maxRounds: maxRounds(config),
      totalSteps: parts.totalSteps,
      promptsPerRound: config.data.batch_size,
    }),
    pool,
    epochOf: (step) => loader.epochOf(step),
    staleness: config.weight?.sync_mode === 'batch-async' ? (config.weight.staleness_threshold ?? 0) : 0,
    samplerVersion: () => sync.version,
    isBoundary: parts.isBoundary,
  });
}

function streamed(parts: PipelineParts): BatchPipeline {
  const { config, loader, failures, onFailed, gathering } = parts;
  const groupsPerBatch = groupsPerStep(config);
  const filter = filterOf(config);
  return createStreamedBatches({
    load: (prompt) => loader.prompt(prompt),
    promptsPerEpoch: loader.promptsPerEpoch,
    // no step: the seed of a sample must not depend on which step it began in
    tasksOf: (prompt) => parts.tasksOf([prompt], 0),
    rollOut: async (tasks, signal) => {
      // whether failures end the run is decided over the groups of a batch
      const pool = createTrajectoryPool({ failures: { ...failures, onFailure: 'continue' }, onFailed });
      pool.begin(tasks[0]?.step ?? 0, tasks);
      await gatherRollouts({ ...gathering, pool }, tasks, signal);
      return pool.take();
    },
    groupsPerBatch,
    samplesPerGroup: config.data.rollout_repeat_n,
    staleness: config.weight?.staleness_threshold ?? USUAL_STALENESS,
    needsSignal: filter !== null,
    maxGroups: groupsPerBatch * (filter?.max_num_gen_batches ?? USUAL_ROUNDS),
    failures,
    endStep: parts.endStep,
  });
}

const USUAL_BATCH = 32;
/** One more than it takes, since some rollouts fail. */
const USUAL_ROUNDS = 2;

/** Prompts that one step trains on. */
export function groupsPerStep({ data, trajectory_pool: pool, weight }: RecipeConfig): number {
  const isStreamed = weight?.sync_mode === 'fully-async';
  if (!isStreamed || pool.batch_size === undefined || pool.batch_size === null) return data.batch_size;
  return Math.ceil(pool.batch_size / data.rollout_repeat_n);
}

/** Dynamic sampling, where the recipe asks for it; null without. */
export function filterOf({ trainer }: RecipeConfig) {
  const { filter_groups: filter } = trainer.algorithm;
  return filter?.enable === true ? filter : null;
}

/** Batches of prompts that one step may sample. */
function maxRounds(config: RecipeConfig): number {
  const filter = filterOf(config);
  if (filter !== null) return filter.max_num_gen_batches;
  const { check_batch_ready_function: ready, batch_size: wanted } = config.trajectory_pool;
  if (ready === 'loaded_batch_finished' || ready === null || ready === undefined) return 1;
  // one more than it takes, since some rollouts fail
  return Math.ceil((wanted ?? USUAL_BATCH) / (config.data.batch_size * config.data.rollout_repeat_n)) + 1;
}
