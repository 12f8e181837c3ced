import { AppError } from '@/lib/shared/app-error';

/**
 * What may wait for the disk, counted in characters of JSON: three steps of 2,048 rollouts of 1,000 tokens, or some
 * hundreds of 512 short ones. Beyond it, writing throws rather than let a full disk take the machine's memory.
 */
export const MAX_WAITING = 256 * 1024 * 1024;
/** Four transactions: the writing thread never runs dry, and what waits takes little of the memory. */
const LITTLE = 32 * 1024 * 1024;

type Waiter = {
  readonly isMet: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
};

/** Counts what has been said but is not yet on disk, and lets callers wait for it. */
export type WriteBuffer = {
  readonly last: number;
  /** Registers one operation of a size; throws when there is no room or the writer has failed. */
  add(size: number): void;
  committed(last: number): void;
  fail(error: Error): void;
  /** All of it, or enough that little waits. */
  wait(until: 'empty' | 'little'): Promise<void>;
};

export function createWriteBuffer(maxWaiting: number = MAX_WAITING): WriteBuffer {
  const sizes: number[] = [];
  let last = 0;
  let done = 0;
  let waiting = 0;
  let failure: Error | null = null;
  const little = Math.min(LITTLE, maxWaiting / 2);
  let waiters: readonly Waiter[] = [];

  const settle = (): void => {
    const met = waiters.filter((waiter) => waiter.isMet());
    waiters = waiters.filter((waiter) => !met.includes(waiter));
    for (const waiter of met) waiter.resolve();
  };
  return {
    get last() {
      return last;
    },
    add: (size) => {
      if (failure !== null) throw failure;
      if (waiting + size > maxWaiting && waiting > 0) {
        throw new AppError(
          'storage',
          `The store has not taken ${Math.round(waiting / 1024 / 1024)} MB of this run's records; there is no room for more. Free disk space, then resume the run.`,
        );
      }
      last += 1;
      waiting += size;
      sizes.push(size);
    },
    committed: (number) => {
      const sizesOnDisk = sizes.splice(0, number - done);
      done = number;
      for (const size of sizesOnDisk) waiting -= size;
      settle();
    },
    fail: (error) => {
      failure ??= error;
      for (const waiter of waiters) waiter.reject(failure);
      waiters = [];
    },
    wait: (until) => {
      if (failure !== null) return Promise.reject(failure);
      const target = last;
      const isMet = (): boolean => (until === 'empty' ? done >= target : waiting <= little);
      return new Promise((resolve, reject) => {
        waiters = [...waiters, { isMet, resolve, reject }];
        settle();
      });
    },
  };
}
