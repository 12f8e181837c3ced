import { NotBegun } from './futures';

/**
 * Runs a model's operations one after the other in the order of their sequence ids, whatever order they arrive in. Ids
 * begin with 1.
 */
export type TurnTaker = {
  /** Null = after what has arrived. Rejects with `NotBegun` when the id was done before, or is far ahead of the next. */
  run<T>(seqId: number | null, work: () => Promise<T>): Promise<T>;
  /** A request with this id was refused before it began: nobody need wait for it, and it may come again. */
  skip(seqId: number): void;
};

export type TurnTakerOptions = {
  /** How long an operation waits for one that should have come before it. */
  readonly gapMs: number;
  /** Ids that did not come in time: the operations behind them go on. They may still come. */
  readonly onGap: (seqIds: readonly number[]) => void;
};

/** No client has so many requests under way: an id beyond is a mistake, and each id of a gap is kept. */
const MAX_AHEAD = 100_000;

export function createTurnTaker({ gapMs, onGap }: TurnTakerOptions): TurnTaker {
  let next = 1;
  let last: Promise<unknown> = Promise.resolve();
  const waiting = new Map<number, () => void>();
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
      const begin = waiting.get(next);
      waiting.delete(next);
      next += 1;
      begin?.();
    }
    if (waiting.size === 0) return;
    timer = setTimeout(closeGap, gapMs);
    timer.unref();
  }

  function closeGap(): void {
    const first = Math.min(...waiting.keys());
    const missing = Array.from({ length: first - next }, (_, index) => next + index);
    for (const seqId of missing) skipped.add(seqId);
    onGap(missing);
    advance();
  }

  return {
    run(seqId, work) {
      if (seqId === null) return append(work);
      const mayCome = skipped.delete(seqId);
      if (seqId < next && mayCome) return append(work);
      if (seqId < next) {
        const message = `Sequence conflict: request ${seqId} was done before; the next one is ${next}.`;
        return Promise.reject(new NotBegun(409, message));
      }
      if (seqId - next > MAX_AHEAD) {
        const message = `Sequence conflict: request ${seqId} came, and the next one is ${next}.`;
        return Promise.reject(new NotBegun(409, message));
      }
      return new Promise((resolve, reject) => {
        waiting.set(seqId, () => void append(work).then(resolve, reject));
        advance();
      });
    },
    skip(seqId) {
      skipped.add(seqId);
      advance();
    },
  };
}
