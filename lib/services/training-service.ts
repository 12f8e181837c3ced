import type { Datum, LossSpec, OptimizerSpec } from '@/lib/rl/datum';
import type { ServiceHealth, WeightRef } from './inference-service';

export type ModelSpec = {
  /** Name of the base model as the backend knows it. */
  readonly baseModel: string;
  readonly tuning: { readonly kind: 'full' } | { readonly kind: 'lora'; readonly rank: number };
  readonly seed: number;
};

/** A saved training state (weights, optimizer moments, counters). `path` is a file or a backend's own reference. */
export type StateRef = { readonly path: string; readonly bytes: number };

/** Means over the trained tokens of the step, by the names of the metric catalogue's `actor/*` family, without the prefix. */
export type TrainMetrics = Readonly<Record<string, number>>;

export type TrainStep = {
  /** The same id sent again is answered with the first answer; the optimizer steps once, whatever is retried. */
  readonly operationId: string;
  readonly batch: readonly Datum[];
  readonly loss: LossSpec;
  readonly optimizer: OptimizerSpec;
};

/** What the orchestrator knows of a training backend. All calls reject with `ServiceError`, or with the signal's reason. */
export type TrainingService = {
  open(spec: ModelSpec, signal: AbortSignal): Promise<void>;
  /** Trainer-side natural-log probabilities, one array per datum, aligned with its tokens (entry 0 is 0). */
  forward(
    batch: readonly Datum[],
    model: 'policy' | 'reference',
    signal: AbortSignal,
  ): Promise<readonly Float32Array[]>;
  /** Makes the trained weights of now the reference model. Where the reference is the base model, does nothing. */
  freezeReference(signal: AbortSignal): Promise<void>;
  trainStep(step: TrainStep, signal: AbortSignal): Promise<TrainMetrics>;
  publishWeights(label: string, signal: AbortSignal): Promise<WeightRef>;
  saveState(label: string, signal: AbortSignal): Promise<StateRef>;
  loadState(ref: StateRef, signal: AbortSignal): Promise<void>;
  health(signal: AbortSignal): Promise<ServiceHealth>;
  close(): Promise<void>;
};
