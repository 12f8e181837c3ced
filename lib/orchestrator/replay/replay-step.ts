import type { Evaluation, EvaluatorHost } from '@/lib/evaluators/evaluator-host';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import type { Services } from '@/lib/services/open-services';
import { AppError } from '@/lib/shared/app-error';
import type { StoredRollout } from '@/lib/trajectories/trajectory-store';
import { trainingSettings } from '../assemble';
import { filterOf } from '../assemble-pipeline';
import { rolloutMetrics } from '../rollout-metrics';
import { evaluated, evaluationRequest } from '../rollout/evaluated';
import type { RunState } from '../run-state';
import { assembleTrainer } from '../trainer/assemble-trainer';
import type { PreparedBatch, Trainer, TrainerStep } from '../trainer/trainer';
import { createTrajectoryPool, type RolloutBatch } from '../trajectory-pool/trajectory-pool';
import {
  compareMetrics,
  compareRollouts,
  type GroupChange,
  type MetricChange,
  type Side,
} from './compare-rollouts';
import { createOfflineTraining } from './offline-training';
import { type StoredAnswer, storedAnswers } from './stored-rollouts';

export type ReplayRequest = {
  /** The run's own. */
  readonly config: RecipeConfig;
  readonly totalSteps: number;
  readonly step: number;
  readonly stored: readonly StoredRollout[];
  /** Scores the answers again; null keeps the scores that they have. */
  readonly evaluator: EvaluatorHost | null;
  /** A model that has the weights of the step, to train it; null trains nothing. */
  readonly model: { readonly services: Services; readonly state: RunState } | null;
};

type Trained = { readonly updates: number; readonly metrics: Readonly<Record<string, number>> };

export type Replay = {
  readonly groups: readonly GroupChange[];
  /** Metrics of the step that differ. */
  readonly metrics: readonly MetricChange[];
  /** What the trainer said; null where nothing was trained. */
  readonly training: Trained | null;
  /** What the reader must know to read the numbers right. */
  readonly notes: readonly string[];
};

/**
 * Puts a stored step through evaluator and trainer again, without generating anything. Rejects with `AppError` when the
 * step has no answers, with what a service rejects with, and with the signal's reason.
 */
export async function replayStep(request: ReplayRequest, signal: AbortSignal): Promise<Replay> {
  const { config, step, stored, evaluator } = request;
  const answers = storedAnswers(stored, config.rollout_worker.temperature);
  if (answers.length === 0) {
    throw new AppError('not_found', `Step ${step} has no stored answers to replay.`);
  }
  const notes = new Set<string>();
  const trainer = trainerOf(request, notes);
  const scores = evaluator === null ? null : await score(answers, evaluator, signal);
  const scene = { request, answers, trainer, signal };
  const before = await sideOf(scene, ({ score: old }) => old);
  const after =
    scores === null ? before : await sideOf(scene, (answer) => scores.get(answer) ?? answer.score);
  if (stored.length > answers.length) {
    notes.add(
      `${stored.length - answers.length} rollouts failed before they had an answer; they are left out.`,
    );
  }
  const training = request.model === null ? null : await train(after, scene);
  return {
    groups: compareRollouts(answers, before, after),
    metrics: compareMetrics(before, after),
    training,
    notes: [...notes],
  };
}

async function score(
  answers: readonly StoredAnswer[],
  evaluator: EvaluatorHost,
  signal: AbortSignal,
): Promise<ReadonlyMap<StoredAnswer, Evaluation>> {
  const pairs = answers.map(
    async (answer) => [answer, await evaluator.evaluate(evaluationRequest(answer), signal)] as const,
  );
  return new Map(await Promise.all(pairs));
}

/** The run's trainer; without a model, one that has the sampler's log-probabilities alone. Null where it needs a teacher. */
function trainerOf({ config, totalSteps, model }: ReplayRequest, notes: Set<string>): Trainer | null {
  const settings = trainingSettings({ config });
  const runConfig = { ...config, trainer: { ...config.trainer, total_train_steps: totalSteps } };
  if (model !== null) return assembleTrainer(runConfig, settings, model.services);
  if (config.trainer.type.endsWith('_opd')) {
    notes.add('Advantages of a distillation come from its teacher: without --train they are left out.');
    return null;
  }
  const training = createOfflineTraining(() =>
    notes.add('The KL penalty needs the model: without --train it counts as 0 on both sides.'),
  );
  return assembleTrainer(runConfig, settings, { training });
}

type Scene = {
  readonly request: ReplayRequest;
  readonly answers: readonly StoredAnswer[];
  readonly trainer: Trainer | null;
  readonly signal: AbortSignal;
};

type PreparedSide = Side & { readonly prepared: PreparedBatch | null };

async function sideOf(
  { request, answers, trainer, signal }: Scene,
  scoreOf: (answer: StoredAnswer) => Evaluation,
): Promise<PreparedSide> {
  const rollouts = answers.map((answer) => evaluated(answer, scoreOf(answer)));
  const batch = batchOf(request, rollouts);
  const prepared = trainer === null ? null : await trainer.prepare(batch, turnOf(request), signal);
  const advantages = prepared?.advantages ?? new Map();
  return {
    rollouts,
    prepared,
    advantages,
    metrics: { ...rolloutMetrics(batch, advantages), ...prepared?.metrics },
  };
}

/** The same groups and the same choice among them as in the run. */
function batchOf({ config, step }: ReplayRequest, rollouts: Side['rollouts']): RolloutBatch {
  const wanted = filterOf(config) === null ? {} : { wantedGroups: config.data.batch_size };
  const pool = createTrajectoryPool({
    failures: { maxAttempts: 1, retried: [], onFailure: 'continue', maxFailedShare: 1 },
    onFailed: () => undefined,
    ...wanted,
  });
  pool.begin(
    step,
    rollouts.map(({ task }) => task),
  );
  for (const rollout of rollouts) pool.put(rollout);
  return pool.take();
}

function turnOf({ step, model }: ReplayRequest): TrainerStep {
  const { rateFactor, klCoefficient } = model?.state ?? { rateFactor: 1, klCoefficient: null };
  return { step, rateFactor, klCoefficient, operationPrefix: 'replay' };
}

async function train(
  { prepared }: PreparedSide,
  { request, trainer, signal }: Scene,
): Promise<Trained | null> {
  if (trainer === null || prepared === null) return null;
  const { metrics, updates } = await trainer.train(prepared, turnOf(request), signal);
  return { updates, metrics };
}
