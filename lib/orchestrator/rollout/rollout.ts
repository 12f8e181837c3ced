import type { DataRow } from '@/lib/datasets/dataset';
import type { ConversationTurn } from '@/lib/domain/conversation';
import type { FailureKind } from '@/lib/domain/failure-kind';
import type { StopReason } from '@/lib/domain/trajectory';
import type { Evaluation } from '@/lib/evaluators/evaluator-host';
import type { ChatMessage } from '@/lib/tokenizers/tokenizer';
import type { TrainableSequence } from '@/lib/rl/build-datum';

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
  /** Where the row's prompt is a list of messages. */
  readonly messages?: readonly ChatMessage[];
  readonly data: DataRow;
  readonly seed: number;
  readonly temperature: number;
};

/** What a worker produced for a task, before it is scored. */
export type Episode = {
  /**
   * What is trained on, in the order of the model's calls. A call whose prompt continues the tokens of an earlier call
   * lengthens that sequence, any other begins a new one. A single turn gives one; every one of them carries the
   * rollout's reward.
   */
  readonly sequences: readonly TrainableSequence[];
  /** The conversation of an agent; empty where the task's text and the answer say all. */
  readonly turns: readonly ConversationTurn[];
  /** What is scored. */
  readonly finalAnswer: string;
  /** Why the last call of the model ended. */
  readonly stopReason: StopReason;
  /** The last completion hit its limit, or the episode was cut: its evaluator is told. */
  readonly isTruncated: boolean;
  /** A sequence was longer than `rollout_worker.max_sequence_length` and was cut: it earns nothing. */
  readonly isCut: boolean;
  /** Tokens before the first one that the model produced. */
  readonly promptTokens: number;
  /** Tokens that the model produced, over all turns. */
  readonly completionTokens: number;
  readonly counts: EpisodeCounts;
  /** The score, from a worker that scores by itself; null = the recipe's evaluator does. */
  readonly evaluation: Extract<Evaluation, { ok: true }> | null;
};

export type EpisodeCounts = {
  readonly modelCalls: number;
  readonly toolCalls: number;
  /** Malformed calls, unknown tools, refused arguments, and tools that threw: each was told to the model. */
  readonly toolErrors: number;
  /** Tools that were cut at their time limit, told to the model as well. */
  readonly toolTimeouts: number;
};

export type ScoredRollout = {
  readonly kind: 'scored';
  readonly task: RolloutTask;
  readonly episode: Episode;
  readonly evaluation: Extract<Evaluation, { ok: true }>;
};

export type FailedRollout = {
  readonly kind: 'failed';
  readonly failure: FailureKind;
  readonly task: RolloutTask;
  /** Present when the worker worked and scoring did not. */
  readonly episode: Episode | null;
  readonly message: string;
};

export type Rollout = ScoredRollout | FailedRollout;

/** Another try of a rollout that failed. */
export type Repeat = {
  readonly task: RolloutTask;
  /** Kept from the try before, where only scoring it failed. */
  readonly episode: Episode | null;
  /** Tries so far. */
  readonly tries: number;
};

/** The order in which every statistic is summed, whatever finished first. */
export function byPlace(left: Rollout, right: Rollout): number {
  return left.task.prompt - right.task.prompt || left.task.sample - right.task.sample;
}
