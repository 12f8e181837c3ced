import type { Repeat, RolloutTask } from './rollout';

/** A rollout to make now. */
export type Attempt = Pick<Repeat, 'task' | 'episode'>;
/** A rollout to make again, after a pause in which others take its place. */
export type LaterAttempt = Attempt & { readonly afterMs: number };

/** Rollouts that are to be made: those that are ready, and those that wait for another try. */
export type TaskQueue = {
  /** The next one, as soon as there is one; null when nothing is left that could bring another. */
  next(): Promise<Attempt | null>;
  /** One that was taken is done, and brings these with it. */
  done(later: readonly LaterAttempt[]): void;
  /** From now on there is nothing. */
  close(): void;
};

export function createTaskQueue(tasks: readonly RolloutTask[]): TaskQueue {
  const first = tasks.values();
  const ready: Attempt[] = [];
  const timers = new Set<NodeJS.Timeout>();
  const takers: ((attempt: Attempt | null) => void)[] = [];
  let taken = 0;
  let isClosed = false;

  const take = (): Attempt | null => {
    const again = ready.shift();
    if (again !== undefined) return again;
    const { value: task } = first.next();
    return task === undefined ? null : { task, episode: null };
  };
  const isOver = (): boolean => isClosed || (taken === 0 && timers.size === 0);
  const serve = (): void => {
    while (takers.length > 0) {
      const attempt = isClosed ? null : take();
      if (attempt === null && !isOver()) return;
      if (attempt !== null) taken += 1;
      takers.shift()?.(attempt);
    }
  };
  return {
    next: () =>
      new Promise((resolve) => {
        takers.push(resolve);
        serve();
      }),
    done: (later) => {
      taken -= 1;
      for (const { afterMs, ...attempt } of later) {
        const timer = setTimeout(() => {
          timers.delete(timer);
          ready.push(attempt);
          serve();
        }, afterMs);
        timers.add(timer);
      }
      serve();
    },
    close: () => {
      isClosed = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      serve();
    },
  };
}
