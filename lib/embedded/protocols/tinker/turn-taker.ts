import { NotBegun } from './futures';

/**
 * Runs a model's operations one after the other in the order of their sequence ids, whatever order they arrive in. Ids
 * begin with 1.
 */
export type TurnTaker = {
  /** Waits for the ids before; rejects with `NotBegun` when they do not come in time. Null = after what has arrived. */
  run<T>(seqId: number | null, work: () => Promise<T>): Promise<T>;
  /** A request with this id was refused before it began: nobody need wait for it, and it may come again. */
  skip(seqId: number): void;
};

type Waiting = { readonly begin: () => void; readonly giveUp: (error: NotBegun) => void };

/** `gapMs`: how long an operation waits for one that should have come before it. */
export function createTurnTaker({ gapMs }: { readonly gapMs: number }): TurnTaker {
  let next = 1;
  let last: Promise<unknown> = Promise.resolve();
  const waiting = new Map<number, Waiting>();
  const skipped = new Set<number>();
  let timer: NodeJS.Timeout | null = null;

  function append<T>(work: () => Promise<T>): Promise<T> {
    const result = last.then(work);
    last = result.catch(() => null);
    return result;
  }

  function advance(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    while (waiting.has(next) || skipped.has(next)) {
      const ready = waiting.get(next);
      waiting.delete(next);
      next += 1;
      ready?.begin();
    }
    if (waiting.size === 0) return;
    timer = setTimeout(giveUp, gapMs);
    timer.unref();
  }

  function giveUp(): void {
    timer = null;
    for (const [seqId, { giveUp: reject }] of [...waiting]) {
      waiting.delete(seqId);
      reject(
        new NotBegun(
          409,
          `Sequence conflict: expected request ${next}, got ${seqId}, and waited ${gapMs / 1000} s. Send request ${next} first.`,
        ),
      );
    }
  }

  return {
    run(seqId, work) {
      if (seqId === null) return append(work);
      if (seqId < next && !skipped.delete(seqId)) {
        const message = `Sequence conflict: request ${seqId} was done before; the next one is ${next}.`;
        return Promise.reject(new NotBegun(409, message));
      }
      if (seqId < next) return append(work);
      skipped.delete(seqId);
      return new Promise((resolve, reject) => {
        waiting.set(seqId, { begin: () => void append(work).then(resolve, reject), giveUp: reject });
        advance();
      });
    },
    skip(seqId) {
      skipped.add(seqId);
      advance();
    },
  };
}
