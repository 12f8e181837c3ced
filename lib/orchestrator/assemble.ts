import type { ModelSpec } from '@/lib/services/training-service';
import type { Services } from '@/lib/services/open-services';
import { type DataLoader, type LoadedPrompt, createDataLoader } from './data-loader/data-loader';
import type { PreparedRun } from './prepare-run';
import { makeTasks } from './rollout/make-tasks';
import type { FailedRollout, RolloutTask } from './rollout/rollout';
import { type RolloutWorkers, createRolloutWorkers } from './rollout/rollout-workers';
import { createSingleTurnWorker } from './rollout/workers/single-turn-worker';
import { type TrajectoryPool, createTrajectoryPool } from './trajectory-pool/trajectory-pool';
import { type GrpoTrainer, createGrpoTrainer } from './trainer/grpo-trainer';
import { type WarmStart, createWarmStart } from './trainer/warm-start';
import type { TrainingSettings } from './trainer/optimizer-settings';
import { type Validator, createValidator } from './validation/validator';
import { type WeightSync, createWeightSync } from './weight-sync/weight-sync';

/** The parts of a run for one attempt, made and wired in one place; the controller lets them act in turn. */
export type Assembly = {
  readonly services: Services;
  readonly model: ModelSpec;
  readonly loader: DataLoader;
  readonly workers: RolloutWorkers;
  readonly pool: TrajectoryPool;
  readonly trainer: GrpoTrainer;
  readonly sync: WeightSync;
  readonly warmStart: WarmStart | null;
  readonly validator: Validator | null;
  /** Every rollout of a training step. */
  readonly tasksOf: (prompts: readonly LoadedPrompt[], step: number) => readonly RolloutTask[];
};

export type AssembleOptions = {
  readonly prepared: PreparedRun;
  readonly services: Services;
  /** Unique to the attempt. */
  readonly operationPrefix: string;
  readonly now: () => number;
  readonly onFailedRollout: (rollout: FailedRollout) => void;
};

export function assemble(options: AssembleOptions): Assembly {
  const { prepared, services } = options;
  const { config, dataset } = prepared;
  const sync = createWeightSync(services);
  const workers = createRolloutWorkers({
    worker: createSingleTurnWorker({
      inference: services.inference,
      ...samplingOf(prepared),
      versionOf: (serviceVersion) => sync.versionOf(serviceVersion),
    }),
    evaluator: prepared.evaluator,
    workers: config.rollout_worker.num_workers,
    now: options.now,
  });
  const pool = createTrajectoryPool({
    maxFailedShare: config.rollout_worker.max_failed_share,
    onFailed: options.onFailedRollout,
  });
  const { seed, shuffle, drop_last: dropLast, batch_size: batchSize, prompt_key: promptKey } = config.data;
  const { temperature } = config.rollout_worker;
  return {
    services,
    model: {
      baseModel: config.service.inference_service.model ?? 'embedded',
      tuning: { kind: 'full' },
      seed,
    },
    loader: createDataLoader({ dataset, promptKey, batchSize, shuffle, dropLast, seed }),
    workers,
    pool,
    sync,
    trainer: createGrpoTrainer({
      training: services.training,
      settings: trainingSettings(prepared),
      divideByStd: config.trainer.algorithm.norm_adv_by_std_in_grpo,
      temperature,
      totalSteps: config.trainer.total_train_steps,
    }),
    warmStart: assembleWarmStart(options, sync),
    validator: assembleValidator(prepared, { workers, pool }),
    tasksOf: (prompts, step) => {
      const samples = config.data.rollout_repeat_n;
      return makeTasks(prompts, { step, validation: false, samples, temperature, seed });
    },
  };
}

function samplingOf({ config }: PreparedRun): {
  readonly maxTokens: number;
  readonly stop: readonly string[];
} {
  const maxTokens = config.service.inference_service.max_tokens ?? config.data.max_response_length;
  return { maxTokens, stop: config.rollout_worker.stop };
}

/** The actor's settings: the service with that role, or the first. */
function trainingSettings({ config }: PreparedRun): TrainingSettings {
  const services = Object.values(config.service.train_service);
  const actor = services.find((service) => service.role === 'actor') ?? services[0];
  if (actor === undefined) throw new Error('The recipe has no train_service.');
  return actor.config;
}

function assembleWarmStart(options: AssembleOptions, sync: WeightSync): WarmStart | null {
  const { prepared, services } = options;
  const settings = prepared.config.trainer.warm_start;
  if (!settings?.enabled) return null;
  return createWarmStart({
    ...services,
    ...samplingOf(prepared),
    publish: (signal) => sync.sync(0, signal),
    dataset: prepared.dataset,
    settings,
    optimizerSettings: trainingSettings(prepared),
    promptKey: prepared.config.data.prompt_key,
    seed: prepared.config.data.seed,
    operationPrefix: options.operationPrefix,
  });
}

function assembleValidator(
  { config, heldOut }: PreparedRun,
  parts: { readonly workers: RolloutWorkers; readonly pool: TrajectoryPool },
): Validator | null {
  if (heldOut === null) return null;
  const { seed, prompt_key: promptKey } = config.data;
  const temperature = config.validate?.temperature ?? 0;
  return createValidator({
    ...parts,
    loader: createDataLoader({
      dataset: heldOut,
      promptKey,
      batchSize: heldOut.count,
      shuffle: false,
      dropLast: false,
      seed,
    }),
    tasksOf: (prompts, step) => makeTasks(prompts, { step, validation: true, samples: 1, temperature, seed }),
  });
}
