import type { FailureKind } from '@/lib/domain/failure-kind';
import { AppError } from '@/lib/shared/app-error';
import type { FailedRollout } from './rollout/rollout';

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
