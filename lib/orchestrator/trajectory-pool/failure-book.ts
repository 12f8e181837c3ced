import type { FailureKind } from '@/lib/domain/failure-kind';
import { AppError } from '@/lib/shared/app-error';
import type { FailedRollout, Repeat } from '../rollout/rollout';
import { placeOf } from './place-of';

export type FailurePolicy = {
  /** Tries of one rollout, the first included. */
  readonly maxAttempts: number;
  /** Only these are tried again. */
  readonly retried: readonly FailureKind[];
  /** What a rollout that failed for good does to the run; `stop_on_critical` ends it beyond `maxFailedShare`. */
  readonly onFailure: 'stop_on_error' | 'stop_on_critical' | 'continue';
  /** Share of a step's rollouts. */
  readonly maxFailedShare: number;
};

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

/** Why these failures end the run; null while they do not. `asked` = rollouts among which they are. */
export function verdictOn(
  failed: readonly FailedRollout[],
  asked: number,
  { onFailure, maxFailedShare }: FailurePolicy,
): AppError | null {
  const [first] = failed;
  if (first === undefined || onFailure === 'continue') return null;
  const { task, message } = first;
  const what = task.validation ? 'validation rollout' : 'rollout';
  if (onFailure === 'stop_on_error') {
    return new AppError(
      'unprocessable',
      `A ${what} at step ${task.step} failed, and runtime_monitor.exception_handling.policy is stop_on_error: ${message}`,
    );
  }
  if (failed.length <= maxFailedShare * asked) return null;
  return new AppError(
    'unprocessable',
    `${failed.length} of ${asked} ${what}s at step ${task.step} failed, more than ` +
      `rollout_worker.max_failed_share = ${maxFailedShare} allows. The first: ${message}`,
  );
}
