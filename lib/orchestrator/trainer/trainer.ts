import type { Datum } from '@/lib/rl/datum';
import type { ScoredRollout } from '../rollout/rollout';
import type { RolloutBatch } from '../trajectory-pool/trajectory-pool';

export type TrainerStep = {
  readonly step: number;
  /** Factor on the learning rate that earlier steps have arrived at. */
  readonly rateFactor: number;
  /** Coefficient of the KL penalty in the reward that earlier steps have arrived at; null = as the recipe says. */
  readonly klCoefficient: number | null;
  /** Unique to the attempt; makes each optimizer step's operation id. */
  readonly operationPrefix: string;
};

export type PreparedBatch = {
  /** One number per rollout, for the record; empty where a trainer has none. */
  readonly advantages: ReadonlyMap<ScoredRollout, number>;
  /** The sequences that teach something, in (prompt, sample) order. */
  readonly datums: readonly Datum[];
  /** For the next step. */
  readonly klCoefficient: number | null;
  readonly metrics: Readonly<Record<string, number>>;
};

export type TrainOutcome = {
  /** Optimizer steps taken; 0 = nothing to learn from, and the weights are as before. */
  readonly updates: number;
  readonly rateFactor: number;
  readonly metrics: Readonly<Record<string, number>>;
};

/** Turns a batch of scored rollouts into training sequences; may ask services for log-probabilities. */
export type BatchPreparer = (
  batch: RolloutBatch,
  step: TrainerStep,
  signal: AbortSignal,
) => Promise<PreparedBatch>;

/** Turns a batch of scored rollouts into optimizer steps. */
export type Trainer = {
  readonly prepare: BatchPreparer;
  train(batch: PreparedBatch, step: TrainerStep, signal: AbortSignal): Promise<TrainOutcome>;
};
