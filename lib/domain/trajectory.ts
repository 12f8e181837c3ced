import { z } from 'zod';
import { ConversationTurn } from './conversation';
import { RunId } from './run';
import { TrajectorySequence } from './trajectory-sequence';

export const STOP_REASONS = ['stop', 'length', 'aborted', 'error'] as const;
export const StopReason = z.enum(STOP_REASONS);
export type StopReason = z.infer<typeof StopReason>;

/** The light row of a rollout: what lists, filters and histograms need. */
export const TrajectoryRow = z.object({
  /** Rowid in the store. */
  id: z.number().int().positive(),
  runId: RunId,
  attempt: z.number().int().positive(),
  /** Step whose batch it belongs to; for validation, the number of completed steps when it was drawn. */
  step: z.number().int().nonnegative(),
  validation: z.boolean(),
  /** Rollouts of one prompt share it. */
  group: z.string(),
  /** 0-based index within its group. */
  sample: z.number().int().nonnegative(),
  reward: z.number(),
  /** Null where none was computed (validation, dropped group). */
  advantage: z.number().nullable(),
  /** Tokens before the first one that the model produced. */
  promptTokens: z.number().int().nonnegative(),
  /** Tokens that the model produced, over all turns. */
  completionTokens: z.number().int().nonnegative(),
  stopReason: StopReason,
  /** Weight version that produced it; of several, the oldest. */
  weightVersion: z.number().int().nonnegative(),
  error: z.string().nullable(),
  /** First characters of prompt and completion, for lists. */
  promptPreview: z.string(),
  completionPreview: z.string(),
});
export type TrajectoryRow = z.infer<typeof TrajectoryRow>;

/** Everything about one rollout. */
export const TrajectoryBody = z.object({
  prompt: z.string(),
  /** What was scored: the completion, or an agent's final answer. */
  completion: z.string(),
  groundTruth: z.string(),
  /** What the evaluator was told: the answer was cut off. Not in records older than this field. */
  isTruncated: z.boolean().exactOptional(),
  /** What was trained on: one sequence per context that was not the continuation of an earlier one. */
  sequences: z.array(TrajectorySequence),
  /** The conversation of an agent; empty where `prompt` and `completion` say all. */
  turns: z.array(ConversationTurn),
  /** What the evaluator returned beside the reward. */
  metrics: z.record(z.string(), z.number()),
  extraInfo: z.record(z.string(), z.unknown()),
  /** The data row as the evaluator saw it. */
  data: z.record(z.string(), z.unknown()),
});
export type TrajectoryBody = z.infer<typeof TrajectoryBody>;
