import { setTimeout as delay } from 'node:timers/promises';
import { ServiceError } from './service-error';

export type RetryOptions = {
  /** Attempts in all. */
  readonly maxAttempts: number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
};

/** First pause, doubled at each attempt up to the longest one; the real pause is a random half to whole of it. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Works again after each failure that may pass, as long after it as the service asked for, or with growing pauses. Rejects
 * with the last `ServiceError`, which then tells the number of attempts, or with the signal's reason.
 */
export async function withRetries<T>(
  work: () => Promise<T>,
  { maxAttempts, sleep, random }: RetryOptions,
  signal: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      if (!error.retryable || attempt >= maxAttempts)
        throw attempt === 1 ? error : withAttempts(error, attempt);
      await sleep(error.retryAfterMs ?? backOff(attempt, random()), signal);
    }
  }
}

function withAttempts(error: ServiceError, attempts: number): ServiceError {
  const { kind, retryable, retryAfterMs, status } = error;
  return new ServiceError(kind, `${error.message} (after ${attempts} attempts)`, {
    cause: error,
    retryable,
    retryAfterMs,
    status,
  });
}

export function backOff(attempt: number, chance: number): number {
  const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
  return ceiling * (0.5 + chance / 2);
}

export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
