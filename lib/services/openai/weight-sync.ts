import { createTurns } from '@/lib/shared/turns';
import type { WeightRef } from '../inference-service';
import { ServiceError } from '../service-error';
import type { Endpoint } from './endpoint';
import type { WeightLoader } from './weight-loader';

export type WeightSyncOptions = {
  /** Of the kind of server, in messages. */
  readonly name: string;
  readonly loader: WeightLoader;
  readonly endpoints: readonly Endpoint[];
  /** Calls to a worker behind a router. */
  readonly openWorker: (address: string) => Endpoint;
  /** Resolves when nothing of ours is in flight: for servers that cannot pause. */
  readonly drained: (signal: AbortSignal) => Promise<void>;
  /** A server that could not be reached: it must get no requests until it was restored. */
  readonly onUnreachable: (endpoint: Endpoint) => void;
  readonly onMessage: (message: string) => void;
};

/** Brings weights to every server of a pool, and knows which they should have. */
export type WeightSync = {
  readonly current: WeightRef | null;
  /** Servers are known to tell the versions that they were given. */
  readonly areVersionsTold: boolean;
  /** Weights are on their way. */
  readonly isLoading: boolean;
  /**
   * Whether an answer that was begun under `version` may come from weights that its server calls `told`. Always, where
   * versions are not told.
   */
  accepts(told: string, version: number): boolean;
  /**
   * Loads the weights everywhere. A server that cannot be reached is left out and said, as long as another one has them;
   * rejects when none has, or one refuses them, and names those that do not have them.
   */
  load(ref: WeightRef, signal: AbortSignal): Promise<void>;
  /** Gives one server, which was away or started anew, the current weights where it lacks them. */
  restore(endpoint: Endpoint, signal: AbortSignal): Promise<void>;
  close(): void;
};

type Worker = {
  readonly endpoint: Endpoint;
  /** The pool's own server, behind which it is; null = it is one of the pool's itself. */
  readonly router: Endpoint | null;
};
type Failure = { readonly address: string; readonly endpoint: Endpoint | null; readonly error: ServiceError };

export function createWeightSync(options: WeightSyncOptions): WeightSync {
  const { loader, endpoints } = options;
  let current: WeightRef | null = null;
  /** On its way. */
  let loading: WeightRef | null = null;
  let areVersionsTold = false;
  const inTurn = createTurns();
  const { workersOf, closeWorkers } = createWorkers(options);

  async function loadOne(worker: Endpoint, ref: WeightRef, signal: AbortSignal): Promise<void> {
    areVersionsTold = (await loadInto(worker, ref, { ...options, signal })) === String(ref.version);
  }

  async function everywhere(ref: WeightRef, signal: AbortSignal) {
    const found = await settle(endpoints, (endpoint) => workersOf(endpoint, signal));
    const unasked = failuresOf(found, (endpoint) => ({ address: endpoint.address, endpoint }));
    const workers = unique(
      found.flatMap(({ outcome }) => (outcome.status === 'fulfilled' ? outcome.value : [])),
    );
    const loaded = await settle(workers, (worker) => loadOne(worker.endpoint, ref, signal));
    const failures = failuresOf(loaded, ({ endpoint, router }) => ({
      address: endpoint.address,
      endpoint: router === null ? endpoint : null,
    }));
    return { reached: workers.length - failures.length, failures: [...unasked, ...failures] };
  }

  async function loadAll(ref: WeightRef, signal: AbortSignal): Promise<void> {
    const { reached, failures } = await everywhere(ref, signal);
    signal.throwIfAborted();
    if (reached === 0 || failures.some((failure) => !isUnreachable(failure))) {
      throw incomplete(options.name, ref, { reached, failures });
    }
    current = ref;
    if (failures.length === 0) return;
    for (const { endpoint } of failures) if (endpoint !== null) options.onUnreachable(endpoint);
    options.onMessage(incomplete(options.name, ref, { reached, failures }).message);
  }

  return {
    get current() {
      return current;
    },
    get areVersionsTold() {
      return areVersionsTold;
    },
    get isLoading() {
      return loading !== null;
    },
    accepts: (told, version) =>
      !areVersionsTold || [version, current?.version, loading?.version].map(String).includes(told),
    load: (ref, signal) =>
      inTurn(async () => {
        loading = ref;
        try {
          await loadAll(ref, signal);
        } finally {
          loading = null;
        }
      }),
    restore: (endpoint, signal) =>
      inTurn(async () => {
        const ref = current;
        if (ref === null) return;
        for (const worker of await workersOf(endpoint, signal)) {
          const version = await loader.versionOf(worker.endpoint.requester, signal);
          if (version !== String(ref.version)) await loadOne(worker.endpoint, ref, signal);
        }
      }),
    close: closeWorkers,
  };
}

/** Who holds weights: the servers of the pool, and workers behind those of them that are routers. */
function createWorkers({ loader, openWorker }: WeightSyncOptions) {
  const behindRouters = new Map<string, Endpoint>();

  function workerAt(address: string, endpoint: Endpoint): Worker {
    if (address === endpoint.address) return { endpoint, router: null };
    const known = behindRouters.get(address) ?? openWorker(address);
    behindRouters.set(address, known);
    return { endpoint: known, router: endpoint };
  }

  async function workersOf(endpoint: Endpoint, signal: AbortSignal): Promise<readonly Worker[]> {
    const addresses = await loader.workersBehind(endpoint, signal);
    return [...new Set(addresses)].map((address) => workerAt(address, endpoint));
  }

  return {
    workersOf,
    closeWorkers: (): void => {
      for (const { requester } of behindRouters.values()) requester.close();
    },
  };
}

/** Gives what the worker calls its weights afterwards. */
async function loadInto(
  { requester }: Endpoint,
  ref: WeightRef,
  {
    loader,
    drained,
    signal,
  }: Pick<WeightSyncOptions, 'loader' | 'drained'> & { readonly signal: AbortSignal },
): Promise<string | null> {
  const isPaused = await loader.pause(requester, signal);
  if (!isPaused) await drained(signal);
  let isLoaded = false;
  try {
    await loader.load(requester, ref, signal);
    isLoaded = true;
  } finally {
    if (isPaused) await loader.resume(requester, isLoaded);
  }
  return await loader.versionOf(requester, signal);
}

type Settled<I, O> = readonly { readonly item: I; readonly outcome: PromiseSettledResult<O> }[];

async function settle<I, O>(items: readonly I[], work: (item: I) => Promise<O>): Promise<Settled<I, O>> {
  const outcomes = await Promise.allSettled(items.map(work));
  return items.flatMap((item, index) => {
    const outcome = outcomes[index];
    return outcome === undefined ? [] : [{ item, outcome }];
  });
}

function failuresOf<I>(
  settled: Settled<I, unknown>,
  describe: (item: I) => Omit<Failure, 'error'>,
): readonly Failure[] {
  return settled.flatMap(({ item, outcome }) => {
    if (outcome.status === 'fulfilled') return [];
    const reason: unknown = outcome.reason;
    const error =
      reason instanceof ServiceError
        ? reason
        : new ServiceError('protocol', reason instanceof Error ? reason.message : String(reason), {
            cause: reason,
          });
    return [{ ...describe(item), error }];
  });
}

function unique(workers: readonly Worker[]): readonly Worker[] {
  return [...new Map(workers.map((worker) => [worker.endpoint.address, worker])).values()];
}

/** Nobody samples from a server that does not answer, and it is restored before anybody does; a router's workers are not ours to keep out. */
function isUnreachable({ endpoint, error }: Failure): boolean {
  return endpoint !== null && ['refused', 'timeout', 'gone'].includes(error.kind);
}

function incomplete(
  name: string,
  { version, path }: WeightRef,
  { reached, failures }: { readonly reached: number; readonly failures: readonly Failure[] },
): ServiceError {
  const what = `${name}: loadWeights: version ${version} (${path})`;
  const [first] = failures;
  if (first === undefined) {
    return new ServiceError('rejected', `${what} reached no server: the router has no workers. Start some.`, {
      retryable: true,
    });
  }
  const missing = failures.map(({ address, error }) => `${address} (${error.message})`).join('; ');
  const total = reached + failures.length;
  const retryable = failures.every(({ error }) => error.retryable);
  const kind = failures.find(({ error }) => !error.retryable)?.error.kind ?? first.error.kind;
  return new ServiceError(
    kind === 'gone' ? 'refused' : kind,
    `${what} reached ${reached} of ${total} servers; not ${missing}`,
    {
      cause: first.error,
      retryable,
    },
  );
}
