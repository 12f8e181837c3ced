import type { ModelSpec } from '@/lib/services/training-service';
import type { Services } from '@/lib/services/open-services';
import type { PatientServices } from '@/lib/services/outage/patient-services';
import { assemblePipeline, type PipelineParts } from './assemble-pipeline';
import type { BatchPipeline } from './batch-pipeline/batch-pipeline';
import { createDataLoader, type DataLoader } from './data-loader/data-loader';
import type { Dataset } from '@/lib/datasets/dataset';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import type { StageSpan } from '@/lib/recipes/stages';
import type { PreparedRun } from './prepare-run';
import { makeTasks } from './rollout/make-tasks';
import type { FailedRollout } from './rollout/rollout';
import { gatherRollouts, type GatherParts } from './rollout/gather-rollouts';
import { createBusyMeter, type RolloutTimes } from './rollout/busy-meter';
import { createRolloutWorkers } from './rollout/rollout-workers';
import { createWorker } from './rollout/workers/create-worker';
import type { RolloutWorker } from './rollout/workers/worker';
import { createTrajectoryPool } from './trajectory-pool/trajectory-pool';
import { assembleTrainer } from './trainer/assemble-trainer';
import type { Trainer } from './trainer/trainer';
import { type WarmStart, createWarmStart } from './trainer/warm-start';
import type { TrainingSettings } from './trainer/optimizer-settings';
import { isValidationDue } from './validation/validation-schedule';
import { type Validator, createValidator } from './validation/validator';
import { type WeightSync, createWeightSync } from './weight-sync/weight-sync';

/** The parts of a run for one attempt, made and wired in one place; the controller lets them act in turn. */
export type Assembly = {
  readonly services: Services;
  readonly model: ModelSpec;
  /** In order; a run without stages is one. */
  readonly stages: readonly AssembledStage[];
  /** Of all rollouts of the attempt. */
  readonly rolloutTimes: () => RolloutTimes & {
    /** Seconds in which the inference service was out. */
    readonly outage: number;
  };
  readonly sync: WeightSync;
  readonly warmStart: WarmStart | null;
  readonly validator: Validator | null;
};

export type AssembledStage = StageSpan & {
  /** The stage's own parts; `dataFrom` = step at which its data begin. */
  readonly open: (dataFrom: number) => StageParts;
};

/** What trains a stage. */
export type StageParts = {
  readonly pipeline: BatchPipeline;
  readonly trainer: Trainer;
  /** Training rows that the prompt filter left out; null when it is off. */
  readonly filteredPrompts: number | null;
  readonly dump: PreparedRun['dump'];
  readonly traces: PreparedRun['traces'];
};

export type AssembleOptions = {
  readonly prepared: PreparedRun;
  readonly services: PatientServices;
  /** Unique to the attempt. */
  readonly operationPrefix: string;
  readonly now: () => number;
  readonly onFailedRollout: (rollout: FailedRollout) => void;
};

export function assemble(options: AssembleOptions): Assembly {
  const { prepared, services } = options;
  const { config } = prepared;
  const sync = createWeightSync(services);
  // rollouts that wait for a service that is out are not being made
  const meter = createBusyMeter(() => options.now() - services.inferenceOutageMs());
  const gatheringOf = (
    stage: PreparedRun,
    inference: Services['inference'] = services.inference,
  ): Omit<GatherParts, 'pool'> => ({
    workers: createRolloutWorkers({
      worker: assembleWorker(stage, inference, sync),
      evaluator: prepared.evaluator,
      workers: stage.config.rollout_worker.num_workers,
      meter,
    }),
    pauseMs: retryPauseMs(config),
    random: Math.random,
  });
  return {
    services,
    model: {
      baseModel: config.service.inference_service.model ?? 'embedded',
      tuning: { kind: 'full' },
      seed: config.data.seed,
    },
    stages: prepared.stages.map((stage) => ({
      name: stage.name,
      from: stage.from,
      to: stage.to,
      open: (dataFrom) => {
        const own = { ...prepared, ...stage };
        return openStage(
          { ...options, prepared: own },
          { stage, dataFrom, sync, gathering: gatheringOf(own) },
        );
      },
    })),
    rolloutTimes: () => ({ ...meter.seconds(), outage: services.inferenceOutageMs() / 1000 }),
    sync,
    warmStart: assembleWarmStart(options, sync),
    // its batches are complete whatever they earn
    validator: assembleValidator(prepared, {
      ...gatheringOf(forValidation(prepared), validationInference(prepared, services.inference)),
      pool: createTrajectoryPool(failuresOf(options)),
    }),
  };
}

type StageSetting = Pick<PipelineParts, 'gathering' | 'sync'> & {
  readonly stage: StageSpan;
  readonly dataFrom: number;
};

function openStage(options: AssembleOptions, { stage, dataFrom, sync, gathering }: StageSetting): StageParts {
  const { prepared, services } = options;
  const { config } = prepared;
  return {
    pipeline: assemblePipeline({
      ...trainingPrompts(prepared, dataFrom),
      config,
      gathering,
      ...failuresOf(options),
      sync,
      totalSteps: prepared.totalSteps,
      endStep: stage.to,
      isBoundary: (step) => step + 1 >= stage.to || isValidationDue(prepared.validation, step + 1),
    }),
    trainer: assembleTrainer(withTotalSteps(prepared), trainingSettings(prepared), services),
    filteredPrompts: prepared.filteredPrompts,
    dump: prepared.dump,
    traces: prepared.traces,
  };
}

function trainingPrompts(
  { config, dataset }: PreparedRun,
  dataFrom: number,
): Pick<PipelineParts, 'loader' | 'tasksOf'> {
  const { seed, shuffle, drop_last: dropLast, batch_size: batchSize, prompt_key: promptKey } = config.data;
  const { temperature } = config.rollout_worker;
  const samples = config.data.rollout_repeat_n;
  const loader = createDataLoader({ dataset, promptKey, batchSize, shuffle, dropLast, seed });
  return {
    loader: {
      ...loader,
      epochOf: (step) => loader.epochOf(step - dataFrom),
      batch: (step) => loader.batch(step - dataFrom),
    },
    tasksOf: (prompts, step) => makeTasks(prompts, { step, validation: false, samples, temperature, seed }),
  };
}

/** Schedules end where the run does. */
function withTotalSteps({ config, totalSteps }: PreparedRun): PreparedRun['config'] {
  return { ...config, trainer: { ...config.trainer, total_train_steps: totalSteps } };
}

function failuresOf({ prepared: { config }, onFailedRollout }: AssembleOptions) {
  const { max_failed_share, max_attempts, retry_on } = config.rollout_worker;
  const { enabled, policy } = config.runtime_monitor.exception_handling;
  return {
    failures: {
      maxAttempts: max_attempts,
      retried: retry_on,
      onFailure: enabled ? policy : ('continue' as const),
      maxFailedShare: max_failed_share,
    },
    onFailed: onFailedRollout,
  };
}

function retryPauseMs({ rollout_worker: { retry_pause: seconds } }: RecipeConfig): number {
  return seconds * 1000;
}

function assembleWorker(
  prepared: PreparedRun,
  inference: Services['inference'],
  sync: WeightSync,
): RolloutWorker {
  const { config, agent } = prepared;
  return createWorker({
    settings: config.rollout_worker,
    inference,
    ...samplingOf(prepared),
    contextTokens: config.service.embedded_service?.model.context ?? null,
    ...agent,
    versionOf: (serviceVersion) => sync.versionOf(serviceVersion),
    version: () => sync.version,
    recorded: prepared.recorded,
  });
}

/** Does a rollout have several calls of the model, or may it? */
function hasTurns({ agent: { agent, hooks } }: PreparedRun): boolean {
  return agent !== null || hooks.runAgent !== undefined;
}

function samplingOf({ config }: PreparedRun): {
  readonly maxTokens: number;
  readonly stop: readonly string[];
} {
  const maxTokens = config.service.inference_service.max_tokens ?? config.data.max_response_length;
  return { maxTokens, stop: config.rollout_worker.stop };
}

/** The actor's settings: the service with that role, or the first. */
export function trainingSettings({ config }: Pick<PreparedRun, 'config'>): TrainingSettings {
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
    agent: hasTurns(prepared)
      ? {
          workerFor: (inference) => assembleWorker(prepared, inference, sync),
          tokenizer: prepared.agent.tokenizer,
        }
      : null,
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

function assembleValidator({ config, heldOut }: PreparedRun, gathering: GatherParts): Validator | null {
  if (heldOut === null) return null;
  const { seed } = config.data;
  const { temperature = 0, samples = 1 } = config.validate ?? {};
  return createValidator({
    pool: gathering.pool,
    gather: (tasks, signal) => gatherRollouts(gathering, tasks, signal),
    loader: heldOutPrompts(config, heldOut),
    tasksOf: (prompts, step) => makeTasks(prompts, { step, validation: true, samples, temperature, seed }),
  });
}

function heldOutPrompts({ data, validate }: RecipeConfig, dataset: Dataset): DataLoader {
  const held = validate?.data;
  return createDataLoader({
    dataset,
    promptKey: held?.prompt_key ?? data.prompt_key,
    batchSize: held?.batch_size ?? dataset.count,
    shuffle: held?.shuffle ?? false,
    dropLast: held?.drop_last ?? false,
    seed: held?.seed ?? data.seed,
    section: 'validate.data',
  });
}

/** Validation draws from a share of the probability of its own, whatever its worker asks. */
function validationInference(
  { config: { validate } }: PreparedRun,
  inference: Services['inference'],
): Services['inference'] {
  const topP = validate?.top_p ?? 1;
  if (topP === 1) return inference;
  return { ...inference, generate: (request, signal) => inference.generate({ ...request, topP }, signal) };
}

/** Validation samples by limits of its own. */
function forValidation(prepared: PreparedRun): PreparedRun {
  const { config } = prepared;
  const maxTokens = config.validate?.max_tokens ?? null;
  if (maxTokens === null) return prepared;
  const inference = { ...config.service.inference_service, max_tokens: maxTokens };
  return { ...prepared, config: { ...config, service: { ...config.service, inference_service: inference } } };
}
