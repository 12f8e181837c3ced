import type { Episode, RolloutTask } from '../rollout';

/** Turns a task into an episode, in its own way; many tasks run at once. */
export type RolloutWorker = {
  /** Rejects with a `ServiceError` or a `RolloutError`, or with the signal's reason. */
  run(task: RolloutTask, signal: AbortSignal): Promise<Episode>;
  close(): Promise<void>;
};

/** A rollout that could not be made; the run goes on without it. */
export class RolloutError extends Error {
  override readonly name = 'RolloutError';
  /** The recipe's code was cut at its limit. */
  readonly isTimeout: boolean;

  constructor(message: string, options?: ErrorOptions & { readonly isTimeout?: boolean }) {
    super(message, options);
    this.isTimeout = options?.isTimeout ?? false;
  }
}
