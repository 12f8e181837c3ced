import type { DataRow } from '@/lib/datasets/dataset';
import type { Evaluation } from '@/lib/evaluators/evaluator-host';
import type { Generation } from '@/lib/services/inference-service';

/** One sample to draw. Its seed fixes the completion for given weights. */
export type RolloutTask = {
  /** Step whose batch it belongs to; for validation, completed steps. */
  readonly step: number;
  readonly validation: boolean;
  /** Place of its prompt in the batch, and of the sample in its group: together its place in every fixed order. */
  readonly prompt: number;
  readonly sample: number;
  readonly group: string;
  readonly text: string;
  readonly data: DataRow;
  readonly seed: number;
  readonly temperature: number;
};

export type ScoredRollout = {
  readonly kind: 'scored';
  readonly task: RolloutTask;
  readonly generation: Generation;
  readonly evaluation: Extract<Evaluation, { ok: true }>;
};

export type FailedRollout = {
  readonly kind: 'failed';
  readonly task: RolloutTask;
  /** Present when sampling worked and scoring did not. */
  readonly generation: Generation | null;
  readonly message: string;
};

export type Rollout = ScoredRollout | FailedRollout;

/** The order in which every statistic is summed, whatever finished first. */
export function byPlace(left: Rollout, right: Rollout): number {
  return left.task.prompt - right.task.prompt || left.task.sample - right.task.sample;
}
