import type { Evaluation, EvaluationRequest } from '@/lib/evaluators/evaluator-host';
import type { Episode, Rollout, RolloutTask, ScoredRollout } from './rollout';

/** A task and what a worker made of it. */
export type Answer = { readonly task: RolloutTask; readonly episode: Episode };

/** Where the reward stands that a rollout would have earned had it not been cut. */
export const REWARD_BEFORE_CUT = 'reward_before_cut';

/** What an evaluator is told of an answer. */
export function evaluationRequest({ task, episode }: Answer): EvaluationRequest {
  const { finalAnswer, isTruncated, turns } = episode;
  // what sub-agents did is theirs, as NexAU has it
  const observation = turns.filter(({ agent }) => agent === undefined);
  const target = { finalAnswer, isTruncated, ...(observation.length === 0 ? {} : { observation }) };
  return { data: task.data, target };
}

export function evaluated({ task, episode }: Answer, evaluation: Evaluation): Rollout {
  if (evaluation.ok) {
    const score = episode.isCut ? earnsNothing(evaluation) : evaluation;
    return { kind: 'scored', task, episode, evaluation: score };
  }
  const failure = evaluation.isTimeout ? 'evaluator_timeout' : 'evaluator_error';
  return { kind: 'failed', failure, task, episode, message: evaluation.message };
}

/** An answer that needed more tokens than are allowed must not pay off, whatever the evaluator says of its head. */
function earnsNothing(evaluation: ScoredRollout['evaluation']): ScoredRollout['evaluation'] {
  const extraInfo = { ...evaluation.extraInfo, [REWARD_BEFORE_CUT]: evaluation.reward };
  return { ...evaluation, reward: 0, extraInfo };
}
