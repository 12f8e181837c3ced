import type { StoredRollout } from '@/lib/trajectories/trajectory-store';
import type { Evaluation } from '@/lib/evaluators/evaluator-host';
import { type Answer, REWARD_BEFORE_CUT } from '../rollout/evaluated';
import type { Episode } from '../rollout/rollout';

/** A stored rollout with the task and the episode that it was made of. `score` is what it was given then. */
export type StoredAnswer = Answer & {
  /** Rowid in the store. */
  readonly id: number;
  /** As it was given then, a cut already counted. */
  readonly score: Evaluation;
};

/** Rollouts of a step as they were before they were scored, in their order. Those that have no answer are left out. */
export function storedAnswers(
  stored: readonly StoredRollout[],
  temperature: number,
): readonly StoredAnswer[] {
  const groups = new Map<string, number>();
  return stored.flatMap(({ row, body }) => {
    const prompt = groups.get(row.group) ?? groups.size;
    groups.set(row.group, prompt);
    if (row.error !== null && body.sequences.length === 0) return [];
    const isCut = REWARD_BEFORE_CUT in body.extraInfo;
    return {
      id: row.id,
      task: {
        step: row.step,
        validation: row.validation,
        prompt,
        sample: row.sample,
        group: row.group,
        text: body.prompt,
        data: body.data,
        // not stored, and not needed to score an answer that is there
        seed: 0,
        temperature,
      },
      episode: {
        sequences: body.sequences,
        turns: body.turns,
        finalAnswer: body.completion,
        stopReason: row.stopReason,
        isTruncated: body.isTruncated ?? (isCut || row.stopReason === 'length'),
        isCut,
        promptTokens: row.promptTokens,
        completionTokens: row.completionTokens,
        counts: countsOf(body.turns),
        evaluation: null,
      },
      score: scoreOf(row, body),
    };
  });
}

function scoreOf({ error, reward }: StoredRollout['row'], body: StoredRollout['body']): Evaluation {
  if (error !== null) return { ok: false, message: error };
  const { groundTruth, metrics, extraInfo } = body;
  return { ok: true, reward, groundTruth, metrics, extraInfo };
}

function countsOf(turns: Episode['turns']): Episode['counts'] {
  const outcomes = turns.flatMap((turn) => (turn.role === 'tool' ? turn.outcome : []));
  const count = (outcome: string): number => outcomes.filter((each) => each === outcome).length;
  return {
    modelCalls: Math.max(1, turns.filter(({ role }) => role === 'assistant').length),
    toolCalls: outcomes.length,
    toolErrors: count('error'),
    toolTimeouts: count('timeout'),
  };
}
