import { policyDatum } from '@/lib/rl/build-datum';
import type { Datum } from '@/lib/rl/datum';
import { groupAdvantages } from '@/lib/rl/advantages/grpo';
import { decayShare, nextRateFactor, smallBatchShare } from '@/lib/rl/learning-rate';
import { splitMiniBatches } from '@/lib/rl/mini-batches';
import type { TrainMetrics, TrainingService } from '@/lib/services/training-service';
import type { ScoredRollout } from '../rollout/rollout';
import type { RolloutBatch } from '../trajectory-pool/trajectory-pool';
import { optimizer, policyLoss, type TrainingSettings } from './optimizer-settings';
import { trainingMetrics } from './training-metrics';

export type GrpoStep = {
  readonly step: number;
  /** Factor on the learning rate that earlier steps have arrived at. */
  readonly rateFactor: number;
  /** Unique to the attempt; makes each optimizer step's operation id. */
  readonly operationPrefix: string;
};

export type GrpoBatch = {
  readonly advantages: ReadonlyMap<ScoredRollout, number>;
  /** The sequences with a signal. */
  readonly datums: readonly Datum[];
};

export type GrpoOutcome = {
  /** Optimizer steps taken; 0 = no group had a signal and the weights are as before. */
  readonly updates: number;
  readonly rateFactor: number;
  readonly metrics: Readonly<Record<string, number>>;
};

/** Turns a batch of scored rollouts into optimizer steps. */
export type GrpoTrainer = {
  prepare(batch: RolloutBatch): GrpoBatch;
  train(batch: GrpoBatch, step: GrpoStep, signal: AbortSignal): Promise<GrpoOutcome>;
};

export type GrpoTrainerOptions = {
  readonly training: TrainingService;
  readonly settings: TrainingSettings;
  readonly divideByStd: boolean;
  /** Sampling temperature: probabilities are compared at it. */
  readonly temperature: number;
  readonly totalSteps: number;
};

export function createGrpoTrainer(options: GrpoTrainerOptions): GrpoTrainer {
  const { settings } = options;
  return {
    prepare: (batch) => {
      const advantages = advantagesOf(batch, options.divideByStd);
      return { advantages, datums: informativeDatums(advantages) };
    },
    train: async ({ datums }, { step, rateFactor, operationPrefix }, signal) => {
      const decay = decayShare(step, options.totalSteps, settings.final_learning_rate_share);
      const share = smallBatchShare(datums.length, settings.min_mini_batch_sequences);
      const learningRate = settings.learning_rate * rateFactor * decay * share;
      const parts = splitMiniBatches(datums, {
        maxMiniBatches: settings.max_mini_batches,
        minSequences: settings.min_mini_batch_sequences,
      });
      const updates: TrainMetrics[] = [];
      for (const [index, part] of parts.entries()) {
        updates.push(
          await options.training.trainStep(
            {
              operationId: `${operationPrefix}-${step}-${index}`,
              batch: part,
              loss: policyLoss(settings, options.temperature),
              optimizer: optimizer(settings, learningRate),
            },
            signal,
          ),
        );
      }
      return {
        updates: updates.length,
        rateFactor: nextRateFactor(rateFactor, driftOf(updates), settings.target_kl),
        metrics: trainingMetrics({ updates, datums, learningRate, rateFactor }),
      };
    },
  };
}

/** KL at the last mini-batch, after the updates before it; null for a single one, which saw no update. */
function driftOf(updates: readonly TrainMetrics[]): number | null {
  const last = updates.at(-1);
  if (updates.length < 2 || last === undefined) return null;
  // the never negative estimate, where a service reports it: the other one is mostly noise at this size
  return last['approx_kl'] ?? last.ppo_kl ?? null;
}

function advantagesOf(batch: RolloutBatch, divideByStd: boolean): ReadonlyMap<ScoredRollout, number> {
  const advantages = new Map<ScoredRollout, number>();
  for (const { rollouts } of batch.groups) {
    const rewards = rollouts.map((rollout) => rollout.evaluation.reward);
    const values = groupAdvantages(rewards, { divideByStd });
    for (const [index, rollout] of rollouts.entries()) advantages.set(rollout, values[index] ?? 0);
  }
  return advantages;
}

/** A sequence with advantage 0 teaches nothing and would only dilute the token mean. */
function informativeDatums(advantages: ReadonlyMap<ScoredRollout, number>): readonly Datum[] {
  return [...advantages]
    .filter(([, advantage]) => advantage !== 0)
    .flatMap(([{ episode }, advantage]) =>
      episode.sequences.map((sequence) => policyDatum(sequence, advantage)),
    );
}
