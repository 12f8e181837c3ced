import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { RunId } from '@/lib/domain/run';
import { type Env, secretsOfProcess } from '@/lib/env';
import type { Dataset } from '@/lib/datasets/dataset';
import type { EvaluatorHost } from '@/lib/evaluators/evaluator-host';
import { locateEvaluator } from '@/lib/evaluators/locate-evaluator';
import { openEvaluatorHost } from '@/lib/evaluators/open-evaluator-host';
import { evaluatorOf } from '@/lib/recipes/evaluator-of';
import { fillSecrets } from '@/lib/recipes/environment/fill-secrets';
import { createConfigView } from '@/lib/recipes/config-view';
import { migrateLegacy } from '@/lib/recipes/migrate-legacy';
import { backendOf, RecipeConfig } from '@/lib/recipes/recipe-config';
import { ALGORITHM_RULES } from '@/lib/recipes/rules/algorithm-rules';
import { TRAINER_TYPES } from '@/lib/recipes/schema/trainer-keys';
import { type ConversationTraces, createConversationTraces } from './conversation-traces';
import { type PreparedAgent, prepareAgent } from './prepare-agent';
import { createRecordRedactor } from './redact-record';
import { readRecordedRollouts } from './recorded-rollouts';
import type { RecordedRollouts } from './rollout/workers/mock-worker';
import { createTrajectoryDump, type TrajectoryDump } from './trajectory-dump';
import type { RecipeSnapshot } from '@/lib/run-store/run-store';
import { codeEnvironment, knownSecrets, variablesOfProcess } from '@/lib/secrets/code-environment';
import { AppError } from '@/lib/shared/app-error';
import { groupsPerStep } from './assemble-pipeline';
import { batchesPerEpoch } from './data-loader/data-loader';
import { openHeldOut, openTrainingData, type TrainingData } from './data-loader/open-run-data';
import { type PreparedStage, prepareStages } from './prepare-stages';
import { findOrigin, type RunOrigin } from './run-origin';
import type { ValidationSchedule } from './validation/validation-schedule';

/** What a run needs beside its services; the same for every attempt of this process. */
export type PreparedRun = TrainingData & {
  /** What the run is validated on; null without. */
  readonly heldOut: Dataset | null;
  readonly config: RecipeConfig;
  /** Steps after which the run ends: `total_train_steps`, or fewer when `data.epochs` passes are over before. */
  readonly totalSteps: number;
  /** In order; `config` and the data above are those of the first. */
  readonly stages: readonly PreparedStage[];
  /** Where the run begins when it has no checkpoint of its own. */
  readonly origin: RunOrigin | null;
  readonly validation: ValidationSchedule;
  readonly evaluator: EvaluatorHost;
  readonly agent: PreparedAgent;
  /** Trajectories that the mock worker replays; null without. */
  readonly recorded: RecordedRollouts | null;
  readonly dump: TrajectoryDump | null;
  readonly traces: ConversationTraces | null;
};

export type PrepareOptions = {
  readonly env: Env;
  readonly runId: RunId;
  readonly snapshot: RecipeSnapshot;
  /** Bundle of the evaluator's child process. */
  readonly evaluatorChild: string;
  /** Bundle of the process that runs tools and workers in TypeScript. */
  readonly scriptChild: string;
  readonly onEvaluatorLine: (line: string) => void;
  /** What is worth knowing of the data. */
  readonly onDataLine: (line: string) => void;
};

/** Rejects with an `AppError` that names the setting that is wrong and what to do. */
export async function prepareRun(options: PrepareOptions): Promise<PreparedRun> {
  const { env, snapshot } = options;
  const config = readConfig(snapshot.resolved);
  const frozen = path.join(env.dataDir, 'runs', String(options.runId), 'recipe');
  await materialise(snapshot.files, frozen);
  const folder = path.dirname(snapshot.entry);
  const place = { env, entry: snapshot.entry, onLine: options.onDataLine };
  const origin = await findOrigin(config, env.dataDir);
  const { stages, totalSteps } = await prepareStages({
    config,
    resolved: snapshot.resolved,
    read: readConfig,
    open: (own) => openTrainingData(own, place),
    stepsOf: (data) => totalStepsOf(config, data, options),
  });
  const heldOut = await openHeldOut(config, place);
  const [first] = stages;
  // the evaluator as it was at launch: editing the recipe must not change what a resumed run rewards
  const folders = [path.join(frozen, folder), env.root];
  const evaluator = await openEvaluator(config, folders, options);
  try {
    const agent = await prepareAgent(config, {
      ...options,
      variables: variablesOfProcess(),
      folders,
      recipeFolder: path.join(env.recipesDir, folder),
      onLine: options.onEvaluatorLine,
    });
    const runFolder = path.join(env.dataDir, 'runs', String(options.runId));
    return {
      ...{ ...first, heldOut, stages, origin, evaluator, agent, totalSteps },
      validation: scheduleOf(config, totalSteps),
      recorded: await recordedOf(config, path.join(env.recipesDir, folder)),
      dump: createTrajectoryDump(config.debug, runFolder),
      traces: createConversationTraces(config.rollout_worker, {
        runFolder,
        clean: createRecordRedactor(secretsOfProcess()).record,
      }),
    };
  } catch (error) {
    await evaluator.close();
    throw error;
  }
}

async function recordedOf(
  { rollout_worker: { trajectory_load_path: file } }: RecipeConfig,
  recipeFolder: string,
): Promise<RecordedRollouts | null> {
  return file == null ? null : readRecordedRollouts(path.resolve(recipeFolder, file));
}

function scheduleOf({ validate }: RecipeConfig, totalSteps: number): ValidationSchedule {
  return {
    beforeTrain: validate?.validate_before_train ?? false,
    every: validate?.eval?.validate_freq ?? 0,
    totalSteps,
  };
}

function totalStepsOf(
  config: RecipeConfig,
  { dataset }: TrainingData,
  { onDataLine }: PrepareOptions,
): number {
  const { data, trainer } = config;
  const most = trainer.total_train_steps;
  if (data.epochs === undefined || data.epochs === null) return most;
  const shape = { count: dataset.count, batchSize: groupsPerStep(config), dropLast: data.drop_last };
  const steps = Math.min(most, data.epochs * batchesPerEpoch(shape));
  onDataLine(`The run ends after ${steps} steps: data.epochs is ${data.epochs}, total_train_steps ${most}.`);
  return steps;
}

const TRAINERS: readonly string[] = TRAINER_TYPES;

function readConfig(resolved: unknown): RecipeConfig {
  const parsed = RecipeConfig.safeParse(withSecrets(resolved));
  if (!parsed.success) {
    throw new AppError('invalid_input', `The recipe cannot be run:\n${z.prettifyError(parsed.error)}`);
  }
  const config = parsed.data;
  const { type } = config.trainer;
  if (!TRAINERS.includes(type)) throw refuse('trainer.type', type, `set it to ${TRAINERS.join(', ')}`);
  if (config.data.type !== 'torch') throw refuse('data.type', config.data.type, 'set it to torch');
  refuseAlgorithm(resolved, config);
  return config;
}

/** What no service here computes; preflight says the same before a launch. */
function refuseAlgorithm(resolved: unknown, config: RecipeConfig): void {
  const services = Object.entries(config.service.train_service);
  const [actor] = services.find(([, { role }]) => role === 'actor') ?? services[0] ?? [];
  const facts = {
    config: createConfigView(migrateLegacy(resolved).config),
    backend: backendOf(config),
    actor: actor === undefined ? null : `service.train_service.${actor}`,
    variant: '',
  };
  for (const { severity, backends, check } of ALGORITHM_RULES) {
    const applies = severity === 'error' && backends?.includes(facts.backend) !== false;
    const outcome = applies ? check(facts) : null;
    if (outcome === null || typeof outcome === 'string') continue;
    const [finding] = [outcome].flat();
    if (finding !== undefined) throw new AppError('unavailable', finding.message);
  }
}

/** The configuration with the secrets that this process was given; here alone they are put in. */
function withSecrets(resolved: unknown): unknown {
  const secrets = new Map(secretsOfProcess().map(({ name, value }) => [name, value]));
  const missing = new Set<string>();
  const filled = fillSecrets(resolved, (name) => {
    const value = secrets.get(name);
    if (value === undefined) missing.add(name);
    return value ?? '';
  });
  if (missing.size > 0) {
    const names = [...missing].join(', ');
    throw new AppError(
      'unprocessable',
      `The recipe needs ${names}, which this run was not given. Set it in the environment or with galley secrets set, and resume.`,
    );
  }
  return filled;
}

function refuse(setting: string, value: string, remedy: string): AppError {
  return new AppError('unavailable', `${setting} is ${value}; ${remedy}.`);
}

async function openEvaluator(
  config: RecipeConfig,
  folders: readonly string[],
  options: PrepareOptions,
): Promise<EvaluatorHost> {
  const { env, snapshot } = options;
  const named = evaluatorOf(config.rollout_worker);
  if (named === null && config.rollout_worker.type === 'mock') return NO_EVALUATOR;
  const place = await locateEvaluator(named, folders);
  const variables = variablesOfProcess();
  return openEvaluatorHost(place, {
    env,
    settings: config.rollout_worker,
    recipeFolder: path.join(env.recipesDir, path.dirname(snapshot.entry)),
    ...(folders[0] === undefined ? {} : { codeFolder: folders[0] }),
    onLog: options.onEvaluatorLine,
    childPath: options.evaluatorChild,
    environment: codeEnvironment(variables, config.rollout_worker),
    secrets: knownSecrets(variables),
  });
}

/** For the mock worker, which scores by itself. */
const NO_EVALUATOR: EvaluatorHost = {
  evaluate: () => Promise.resolve({ ok: false, message: 'The recipe names no evaluator.' }),
  close: () => Promise.resolve(),
};

/** Writes the recipe's files as they were at launch. */
async function materialise(files: RecipeSnapshot['files'], folder: string): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const target = path.resolve(folder, name);
    if (!target.startsWith(folder + path.sep)) {
      throw new AppError('invalid_input', `The snapshot's file ${name} lies outside the recipe.`);
    }
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
  }
}
