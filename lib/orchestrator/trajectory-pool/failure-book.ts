import type { FailedRollout, RolloutTask } from '../rollout/rollout';
import { placeOf } from './place-of';

/** Failures of a step: which are for good, and which get another try. */
export type FailureBook = {
  /** True when the rollout has used up its tries. */
  add(rollout: FailedRollout): boolean;
  /** Tasks to try again, each given out once per failure. */
  toRepeat(): readonly RolloutTask[];
  readonly final: readonly FailedRollout[];
  clear(): void;
};

/** `maxAttempts` = tries of one rollout, the first included. */
export function createFailureBook(maxAttempts: number): FailureBook {
  const attempts = new Map<string, number>();
  let repeats: RolloutTask[] = [];
  let final: FailedRollout[] = [];
  return {
    add: (rollout) => {
      const place = placeOf(rollout.task);
      const tries = (attempts.get(place) ?? 0) + 1;
      attempts.set(place, tries);
      if (tries < maxAttempts) repeats.push(rollout.task);
      else final.push(rollout);
      return tries >= maxAttempts;
    },
    toRepeat: () => repeats.splice(0),
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
