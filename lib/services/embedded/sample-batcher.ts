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
  readonly resolve: (result: R) => void;
  readonly reject: (reason: unknown) => void;
};

/**
 * Calls that are gathered or under way, by signal: a run asks hundreds of times with one signal, and a listener for each
 * call would cost time in the square of their number.
 */
type Batch<Q, R> = {
  size: number;
  readonly bySignal: Map<AbortSignal, { readonly calls: Set<Waiting<Q, R>>; readonly onAbort: () => void }>;
  /** Called when every call has been aborted. Nothing is given up while the batch gathers: others may still join. */
  onAbandoned: () => void;
};

export function createBatcher<Q, R>(options: BatcherOptions<Q, R>): Batcher<Q, R> {
  let gathering = createBatch<Q, R>();
  let timer: NodeJS.Timeout | null = null;

  function flush(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const batch = gathering;
    gathering = createBatch();
    if (batch.bySignal.size > 0) void sendBatch(options, batch);
  }

  return {
    add(request, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(asError(signal.reason));
          return;
        }
        enter(gathering, { request, resolve, reject }, signal);
        if (gathering.size >= options.maxBatch) flush();
        else timer ??= setTimeout(flush, options.windowMs);
      });
    },
  };
}

function createBatch<Q, R>(): Batch<Q, R> {
  return { size: 0, bySignal: new Map(), onAbandoned: () => undefined };
}

function enter<Q, R>(batch: Batch<Q, R>, call: Waiting<Q, R>, signal: AbortSignal): void {
  batch.size += 1;
  const known = batch.bySignal.get(signal);
  if (known !== undefined) {
    known.calls.add(call);
    return;
  }
  const calls = new Set([call]);
  const onAbort = (): void => {
    batch.bySignal.delete(signal);
    for (const each of calls) each.reject(asError(signal.reason));
    if (batch.bySignal.size === 0) batch.onAbandoned();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  batch.bySignal.set(signal, { calls, onAbort });
}

async function sendBatch<Q, R>(options: BatcherOptions<Q, R>, batch: Batch<Q, R>): Promise<void> {
  const calls = [...batch.bySignal.values()].flatMap((group) => [...group.calls]);
  const abandoned = new AbortController();
  batch.onAbandoned = () => abandoned.abort();
  try {
    const results = await options.send(
      calls.map((call) => call.request),
      abandoned.signal,
    );
    calls.forEach((call, index) => {
      const result = results[index];
      if (result === undefined) call.reject(new Error(`The batch has no answer ${index}`));
      else call.resolve(result);
    });
  } catch (error) {
    for (const call of calls) call.reject(error);
  } finally {
    for (const [signal, { onAbort }] of batch.bySignal) signal.removeEventListener('abort', onAbort);
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('The call was aborted', { cause: reason });
}
