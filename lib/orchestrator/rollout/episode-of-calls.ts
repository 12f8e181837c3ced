import type { ConversationTurn } from '@/lib/domain/conversation';
import type { StopReason } from '@/lib/domain/trajectory';
import { cutSequence, mergeCalls, type ModelCall } from '@/lib/rl/merge-calls';
import type { Episode, EpisodeCounts } from './rollout';

/** A call of the model in an episode, in the run's own count of weight versions. */
export type EpisodeCall = ModelCall & {
  readonly stopReason: StopReason;
  /** Its turn in the conversation; null where none is kept. */
  readonly turn: number | null;
};

export type EpisodeParts = {
  readonly calls: readonly EpisodeCall[];
  readonly turns: readonly ConversationTurn[];
  readonly finalAnswer: string;
  /** Ended by a limit before there was an answer. */
  readonly isUnfinished: boolean;
  readonly counts: Omit<EpisodeCounts, 'modelCalls'>;
  readonly evaluation?: Episode['evaluation'];
};

export type EpisodeLimits = {
  /** Joins calls that continue each other; `rollout_worker.enable_trace_prefix_merge`. */
  readonly merge: boolean;
  /** Longer sequences are cut and earn nothing; null = no limit. */
  readonly maxSequenceLength: number | null;
};

/** What an agent or a worker of a recipe did, as sequences to train on and turns to read. */
export function episodeOfCalls(parts: EpisodeParts, { merge, maxSequenceLength }: EpisodeLimits): Episode {
  const { calls, finalAnswer, counts, isUnfinished } = parts;
  const merged = mergeCalls(calls, { merge });
  const limit = maxSequenceLength ?? Infinity;
  const isCut = merged.sequences.some(({ tokens }) => tokens.length > limit);
  const last = calls.at(-1);
  return {
    sequences: merged.sequences.map((sequence) => cutSequence(sequence, limit)),
    turns: withSpans(parts.turns, calls, merged.spans),
    finalAnswer,
    stopReason: last?.stopReason ?? 'stop',
    isTruncated: isCut || isUnfinished || last?.stopReason === 'length',
    isCut,
    promptTokens: calls[0]?.promptTokens.length ?? 0,
    completionTokens: calls.reduce((sum, { tokens }) => sum + tokens.length, 0),
    counts: { ...counts, modelCalls: calls.length },
    evaluation: parts.evaluation ?? null,
  };
}

function withSpans(
  turns: readonly ConversationTurn[],
  calls: readonly EpisodeCall[],
  spans: ReturnType<typeof mergeCalls>['spans'],
): readonly ConversationTurn[] {
  const byTurn = new Map(calls.map(({ turn }, index) => [turn, spans[index] ?? null]));
  return turns.map((turn, index) =>
    turn.role === 'assistant' ? { ...turn, span: byTurn.get(index) ?? null } : turn,
  );
}
