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
  /** Runs the job and gives what tells its caller. */
  readonly start: () => Promise<() => void>;
  readonly cancel: (reason: Error) => void;
};
type Queue = {
  waiting: Waiting[];
  isRunning: boolean;
  /** Computing time used, on the scheduler's clock. */
  usedMs: number;
  /** Number of its last turn, so that equals alternate. */
  lastTurn: number;
};

/** Start-time fair queueing (Goyal, Vin and Cheng 1996) with the measured duration of a job as its cost. */
export function createFairScheduler({ slots, now }: FairSchedulerOptions): FairScheduler {
  const queues = new Map<string, Queue>();
  let running = 0;
  let turn = 0;
  /**
   * Where those who compute now stand. Who was idle starts from here: what he did not use is not saved up, and what he
   * used while nobody else wanted it is not held against him.
   */
  let virtualMs = 0;

  function queueOf(owner: string): Queue {
    const known = queues.get(owner);
    if (known !== undefined) return known;
    const queue: Queue = { lastTurn: 0, waiting: [], isRunning: false, usedMs: virtualMs };
    queues.set(owner, queue);
    return queue;
  }

  function pump(): void {
    while (running < slots) {
      const ready = [...queues.values()].filter((queue) => !queue.isRunning && queue.waiting.length > 0);
      const [first, ...others] = ready;
      if (first === undefined) return;
      const next = others.reduce((best, queue) => (goesBefore(queue, best) ? queue : best), first);
      void work(next);
    }
  }

  async function work(queue: Queue): Promise<void> {
    const job = queue.waiting.shift();
    if (job === undefined) return;
    queue.lastTurn = turn += 1;
    queue.isRunning = true;
    running += 1;
    virtualMs = Math.max(virtualMs, queue.usedMs);
    const startedAt = now();
    const tellCaller = await job.start();
    queue.usedMs += now() - startedAt;
    queue.isRunning = false;
    running -= 1;
    if (![...queues.values()].some(isActive)) virtualMs = Math.max(virtualMs, queue.usedMs);
    tellCaller();
    pump();
  }

  return {
    run(owner, job, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(clientGone());
          return;
        }
        const queue = queueOf(owner);
        if (!isActive(queue)) queue.usedMs = Math.max(queue.usedMs, virtualMs);
        queue.waiting.push(withSignal({ queue, signal }, job, { resolve, reject }));
        pump();
      });
    },
    queued(owner) {
      const queue = queues.get(owner);
      return queue === undefined ? 0 : queue.waiting.length + (queue.isRunning ? 1 : 0);
    },
    drop(owner, reason) {
      const queue = queues.get(owner);
      if (queue === undefined) return;
      queues.delete(owner);
      for (const waiting of queue.waiting.splice(0)) waiting.cancel(reason);
    },
  };
}

type Place = { readonly queue: Queue; readonly signal: AbortSignal | undefined };
type Caller<T> = { readonly resolve: (value: T) => void; readonly reject: (error: unknown) => void };

/** A job that leaves the queue when its client goes away before its turn. */
function withSignal<T>({ queue, signal }: Place, job: () => Promise<T>, caller: Caller<T>): Waiting {
  const leave = (): void => {
    queue.waiting = queue.waiting.filter((entry) => entry !== waiting);
    caller.reject(clientGone());
  };
  const stay = (): void => signal?.removeEventListener('abort', leave);
  const waiting: Waiting = {
    start: () => {
      stay();
      return job().then(
        (value) => () => caller.resolve(value),
        (error: unknown) => () => caller.reject(error),
      );
    },
    cancel(reason) {
      stay();
      caller.reject(reason);
    },
  };
  signal?.addEventListener('abort', leave, { once: true });
  return waiting;
}

function clientGone(): Refusal {
  return new Refusal('cancelled', 'The client has gone');
}

function goesBefore(queue: Queue, other: Queue): boolean {
  return queue.usedMs === other.usedMs ? queue.lastTurn < other.lastTurn : queue.usedMs < other.usedMs;
}

function isActive(queue: Queue): boolean {
  return queue.isRunning || queue.waiting.length > 0;
}
