import { Refusal } from './refusal';

/** Shares the machine between models: whoever has used least computing time goes first. Jobs of one owner run in order. */
export type FairScheduler = {
  /** A job that waits is given up when `signal` aborts; one that runs is finished. */
  run<T>(owner: string, job: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Waiting and running jobs. */
  queued(owner: string): number;
  /** Rejects the owner's waiting jobs with `reason` and forgets it. */
  drop(owner: string, reason: Error): void;
};

export type FairSchedulerOptions = {
  /** Jobs of different owners that may run at once. */
  readonly slots: number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
};

type Waiting = {
  readonly start: () => Promise<void>;
  readonly cancel: (reason: Error) => void;
  /** From now on the client's going away changes nothing. */
  readonly stay: () => void;
};
type Queue = { waiting: Waiting[]; isRunning: boolean; usedMs: number };

export function createFairScheduler({ slots, now }: FairSchedulerOptions): FairScheduler {
  const queues = new Map<string, Queue>();
  let running = 0;

  function queueOf(owner: string): Queue {
    const known = queues.get(owner);
    if (known !== undefined) return known;
    const queue: Queue = { waiting: [], isRunning: false, usedMs: 0 };
    queues.set(owner, queue);
    return queue;
  }

  function pump(): void {
    while (running < slots) {
      const ready = [...queues.values()].filter((queue) => !queue.isRunning && queue.waiting.length > 0);
      const [first, ...others] = ready;
      if (first === undefined) return;
      const next = others.reduce((best, queue) => (queue.usedMs < best.usedMs ? queue : best), first);
      void work(next);
    }
  }

  async function work(queue: Queue): Promise<void> {
    const job = queue.waiting.shift();
    if (job === undefined) return;
    queue.isRunning = true;
    running += 1;
    job.stay();
    const startedAt = now();
    await job.start();
    queue.usedMs += now() - startedAt;
    queue.isRunning = false;
    running -= 1;
    pump();
  }

  return {
    run: (owner, job, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(clientGone());
          return;
        }
        const queue = queueOf(owner);
        if (!isActive(queue)) catchUp(queue, queues);
        const leave = (): void => {
          queue.waiting = queue.waiting.filter((entry) => entry !== waiting);
          reject(clientGone());
        };
        const stay = (): void => signal?.removeEventListener('abort', leave);
        signal?.addEventListener('abort', leave, { once: true });
        // start does not resolve(job()): the slot is free only when the job has ended
        const start = (): Promise<void> => job().then(resolve, reject);
        const waiting: Waiting = { start, cancel: reject, stay };
        queue.waiting.push(waiting);
        pump();
      }),
    queued(owner) {
      const queue = queues.get(owner);
      return queue === undefined ? 0 : queue.waiting.length + (queue.isRunning ? 1 : 0);
    },
    drop(owner, reason) {
      const queue = queues.get(owner);
      if (queue === undefined) return;
      queues.delete(owner);
      for (const waiting of queue.waiting.splice(0)) {
        waiting.stay();
        waiting.cancel(reason);
      }
    },
  };
}

/** Time not used while idle is not saved up: otherwise a model that slept could lock out the others. */
function catchUp(queue: Queue, queues: ReadonlyMap<string, Queue>): void {
  const active = [...queues.values()].filter((other) => other !== queue && isActive(other));
  if (active.length === 0) return;
  queue.usedMs = Math.max(queue.usedMs, Math.min(...active.map((other) => other.usedMs)));
}

function clientGone(): Refusal {
  return new Refusal('cancelled', 'The client has gone');
}

function isActive(queue: Queue): boolean {
  return queue.isRunning || queue.waiting.length > 0;
}
