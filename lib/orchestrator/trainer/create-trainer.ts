import type { Datum, LossSpec } from '@/lib/rl/datum';
import { decayShare, nextRateFactor, smallBatchShare } from '@/lib/rl/learning-rate';
import { aggregate, type LossAggregation } from '@/lib/rl/loss/aggregation';
import { splitMiniBatches } from '@/lib/rl/mini-batches';
import type { TrainMetrics, TrainingService } from '@/lib/services/training-service';
import { optimizer, type TrainingSettings } from './optimizer-settings';
import type { BatchPreparer, Trainer } from './trainer';
import { trainingMetrics } from './training-metrics';

export type TrainerOptions = {
  readonly training: TrainingService;
  readonly prepare: BatchPreparer;
  readonly settings: TrainingSettings;
  readonly loss: LossSpec;
  readonly aggregation: { readonly mode: LossAggregation; readonly constant: number };
  /** Passes over a batch. */
  readonly passes: number;
  /** Sequences are left out when they teach nothing, so that a batch may be small: then the rate is lower. */
  readonly scalesSmallBatches: boolean;
  readonly totalSteps: number;
};

export function createTrainer(options: TrainerOptions): Trainer {
  const { settings } = options;
  return {
    prepare: options.prepare,
    train: async ({ datums }, { step, rateFactor, operationPrefix }, signal) => {
      const decay = decayShare(step, options.totalSteps, settings.final_learning_rate_share);
      const share = options.scalesSmallBatches
        ? smallBatchShare(datums.length, settings.min_mini_batch_sequences)
        : 1;
      const learningRate = settings.learning_rate * rateFactor * decay * share;
      const parts = splitMiniBatches(datums, {
        maxMiniBatches: settings.max_mini_batches,
        minSequences: settings.min_mini_batch_sequences,
      });
      const updates: TrainMetrics[] = [];
      for (const part of Array.from({ length: options.passes }, () => parts).flat()) {
        updates.push(
          await options.training.trainStep(
            {
              operationId: `${operationPrefix}-${step}-${updates.length}`,
              ...weighted(part, options),
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

/** A mini-batch whose token weights make the service's sum the wanted mean. A token mean is what services do by themselves. */
function weighted(
  part: readonly Datum[],
  { aggregation: { mode, constant }, loss }: TrainerOptions,
): { readonly batch: readonly Datum[]; readonly loss: LossSpec } {
  if (mode === 'token-mean') return { batch: part, loss };
  const lengths = part.map(({ weights }) =>
    weights.reduce((count, weight) => count + (weight > 0 ? 1 : 0), 0),
  );
  const { weights, normalizer } = aggregate(mode, lengths, { constant });
  const batch = part.map((datum, index) => {
    const factor = weights[index] ?? 1;
    return factor === 1 ? datum : { ...datum, weights: datum.weights.map((weight) => weight * factor) };
  });
  return { batch, loss: { ...loss, normalizer } };
}

/** KL at the last mini-batch, after the updates before it; null for a single one, which saw no update. */
function driftOf(updates: readonly TrainMetrics[]): number | null {
  const last = updates.at(-1);
  if (updates.length < 2 || last === undefined) return null;
  // the never negative estimate, where a service reports it: the other one is mostly noise at this size
  return last['approx_kl'] ?? last['ppo_kl'] ?? null;
}
