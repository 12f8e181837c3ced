import type { AppError } from '@/lib/shared/app-error';
import { type FailurePolicy, verdictOn } from '../failure-policy';
import type { FailedRollout, Repeat } from '../rollout/rollout';
import { placeOf } from './place-of';

/** Failures of a step: which are for good, which get another try, and whether they end the run. */
export type FailureBook = {
  /** True when the rollout gets no further try. */
  add(rollout: FailedRollout): boolean;
  /** What to try again, each given out once per failure. */
  toRepeat(): readonly Repeat[];
  /** Why the failures so far end the run; null while they do not. `asked` = rollouts of the step. */
  verdict(asked: number): AppError | null;
  readonly final: readonly FailedRollout[];
  clear(): void;
};

export function createFailureBook(policy: FailurePolicy): FailureBook {
  const attempts = new Map<string, number>();
  let repeats: Repeat[] = [];
  let final: FailedRollout[] = [];
  return {
    add: (rollout) => {
      const place = placeOf(rollout.task);
      const tries = (attempts.get(place) ?? 0) + 1;
      attempts.set(place, tries);
      const isFinal = tries >= policy.maxAttempts || !policy.retried.includes(rollout.failure);
      if (isFinal) final.push(rollout);
      else repeats.push({ task: rollout.task, episode: rollout.episode, tries });
      return isFinal;
    },
    toRepeat: () => repeats.splice(0),
    verdict: (asked) => verdictOn(final, asked, policy),
    get final() {
      return final;
    },
    clear: () => {
      attempts.clear();
      repeats = [];
      final = [];
    },
  };
}
