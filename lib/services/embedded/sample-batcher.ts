import { setMaxListeners } from 'node:events';

/** Gathers single calls for a moment and answers them from one batched call. */
export type Batcher<Q, R> = {
  /** Rejects with the signal's reason as soon as it aborts; the batch goes on for the others. */
  add(request: Q, signal: AbortSignal): Promise<R>;
};

export type BatcherOptions<Q, R> = {
  /** Answers in the order of the requests. Its signal aborts when nobody waits for the batch any more. */
  readonly send: (requests: readonly Q[], signal: AbortSignal) => Promise<readonly R[]>;
  readonly maxBatch: number;
  /** Long enough for workers that were released together to ask again, short against a forward pass. */
  readonly windowMs: number;
};

type Waiting<Q, R> = {
  readonly request: Q;
  readonly signal: AbortSignal;
  readonly resolve: (result: R) => void;
  readonly reject: (reason: unknown) => void;
};

export function createBatcher<Q, R>(options: BatcherOptions<Q, R>): Batcher<Q, R> {
  let waiting: Waiting<Q, R>[] = [];
  let timer: NodeJS.Timeout | null = null;

  function flush(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const batch = waiting.filter((entry) => !entry.signal.aborted);
    waiting = [];
    if (batch.length > 0) void sendBatch(options, batch);
  }

  return {
    add(request, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(asError(signal.reason));
          return;
        }
        // one signal of a run stands behind hundreds of calls, and every listener below is removed again
        setMaxListeners(0, signal);
        const onAbort = (): void => reject(asError(signal.reason));
        signal.addEventListener('abort', onAbort, { once: true });
        const settle =
          <A>(done: (value: A) => void) =>
          (value: A): void => {
            signal.removeEventListener('abort', onAbort);
            done(value);
          };
        waiting.push({ request, signal, resolve: settle(resolve), reject: settle(reject) });
        if (waiting.length >= options.maxBatch) flush();
        else timer ??= setTimeout(flush, options.windowMs);
      });
    },
  };
}

async function sendBatch<Q, R>(
  options: BatcherOptions<Q, R>,
  batch: readonly Waiting<Q, R>[],
): Promise<void> {
  const abandoned = new AbortController();
  let interested = batch.length;
  // a listener of its own for each call: the same one would be added once to a signal that several calls share
  const listeners = batch.map(({ signal }) => {
    const onAbort = (): void => {
      interested -= 1;
      if (interested === 0) abandoned.abort();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    return { signal, onAbort };
  });
  try {
    const results = await options.send(
      batch.map((entry) => entry.request),
      abandoned.signal,
    );
    batch.forEach((entry, index) => {
      const result = results[index];
      if (result === undefined) entry.reject(new Error(`The batch has no answer ${index}`));
      else entry.resolve(result);
    });
  } catch (error) {
    for (const entry of batch) entry.reject(error);
  } finally {
    for (const { signal, onAbort } of listeners) signal.removeEventListener('abort', onAbort);
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('The call was aborted', { cause: reason });
}
