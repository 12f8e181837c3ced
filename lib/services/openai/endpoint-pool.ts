import { onAbort } from '@/lib/shared/on-abort';
import { withRetries, type RetryOptions } from '../retry';
import { ServiceError } from '../service-error';
import { chooseEndpoint } from './choose-endpoint';
import { type Endpoint, openEndpoint } from './endpoint';
import type { Gate } from './gate';

export type EndpointPoolOptions = RetryOptions & {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly apiKey: string | null;
  /** For one attempt. */
  readonly timeoutMs: number;
  /** Asks a server for a sign of life; rejects with `ServiceError`. */
  readonly probe: (endpoint: Endpoint, signal: AbortSignal) => Promise<void>;
  /** Makes a server that was away what it has to be before it gets requests again. */
  readonly restore: (endpoint: Endpoint, signal: AbortSignal) => Promise<void>;
  /** `restore` finds out cheaply whether a server has its weights. */
  readonly canLookAtWeights: () => boolean;
  /** Closed while servers are busy with what may keep them from giving signs of life; requests wait. */
  readonly gate: Gate;
  /** Between two looks at servers that are away, or silent with requests in flight. */
  readonly watchEveryMs: number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
};

/** Servers of one model: each request goes to the least busy one that is well. */
export type EndpointPool = {
  readonly endpoints: readonly Endpoint[];
  /** Calls one of them, and another after a failure that may pass. `prefix` says where a prompt's cache is; null = anywhere. */
  call<T>(work: Work<T>, call: PoolCall): Promise<T>;
  /** Takes a server out until it shows signs of life and was restored. */
  eject(endpoint: Endpoint): void;
  /** Resolves when no call is in flight. */
  drained(signal: AbortSignal): Promise<void>;
  close(): void;
};

export type PoolCall = {
  /** Name in error messages, e.g. `generate`. */
  readonly operation: string;
  readonly prefix: number | null;
  readonly signal: AbortSignal;
};

type Work<T> = (endpoint: Endpoint, signal: AbortSignal) => Promise<T>;

type Place = {
  readonly address: string;
  readonly endpoint: Endpoint;
  inFlight: number;
  served: number;
  /** Failures in a row. */
  failures: number;
  isOut: boolean;
  /** Asked to be left alone until then. */
  heldUntil: number;
  /** When it last answered. */
  wellAt: number;
  /** Failed looks in a row while requests were in flight. */
  silentLooks: number;
  reviving: Promise<void> | null;
  /** Gives up what is in flight. */
  life: AbortController;
};

/** No server of a language model ends and is back in less: one that was quiet for longer may have lost its weights. */
const SHORTEST_RESTART_MS = 5_000;
const TOO_MANY_REQUESTS = 429;
const MAX_FAILURES = 3;
const MAX_SILENT_LOOKS = 3;

export function createEndpointPool(options: EndpointPoolOptions): EndpointPool {
  const places: readonly Place[] = options.addresses.map((address) => openPlace(address, options));
  const { now } = options;
  const watch = createWatch(options, { places, revive });
  const among = { ...options, places };
  const closing = new AbortController();
  /** Told when the next call ends. */
  const ends: (() => void)[] = [];
  const nextEnd = (): Promise<void> => new Promise((resolve) => ends.push(resolve));

  const isDoubtful = ({ wellAt }: Place): boolean =>
    options.canLookAtWeights() && now() - wellAt > SHORTEST_RESTART_MS;

  async function revive(place: Place): Promise<void> {
    place.reviving ??= (async () => {
      try {
        await options.probe(place.endpoint, closing.signal);
        await options.restore(place.endpoint, closing.signal);
        Object.assign(place, { isOut: false, failures: 0, silentLooks: 0, wellAt: now() });
      } finally {
        place.reviving = null;
      }
    })();
    await place.reviving;
  }

  async function turn<T>(work: Work<T>, call: PoolCall): Promise<T> {
    const { operation, signal } = call;
    await options.gate.pass(signal);
    // chosen and counted in one go: the next one chooses by the new count
    const place = choose(among, call.prefix);
    place.inFlight += 1;
    place.served += 1;
    watch.wake();
    try {
      if (place.heldUntil > now()) await options.sleep(place.heldUntil - now(), signal);
      if (place.isOut || isDoubtful(place)) {
        await unlessAborted(revive(place).catch(awaited(operation)), signal);
      }
      const result = await untilEither(signal, place.life.signal, (own) => work(place.endpoint, own));
      Object.assign(place, { failures: 0, wellAt: now() });
      return result;
    } catch (error) {
      signal.throwIfAborted();
      throw judged(error, place, among);
    } finally {
      place.inFlight -= 1;
      for (const tell of ends.splice(0)) tell();
    }
  }

  return {
    endpoints: places.map(({ endpoint }) => endpoint),
    call: async (work, call) => {
      call.signal.throwIfAborted();
      return await withRetries(() => turn(work, call), options, call.signal);
    },
    eject(endpoint) {
      for (const place of places) if (place.endpoint === endpoint) place.isOut = true;
      watch.wake();
    },
    async drained(signal) {
      while (places.some(({ inFlight }) => inFlight > 0)) await unlessAborted(nextEnd(), signal);
    },
    close() {
      watch.stop();
      closing.abort(new Error('The inference client was closed'));
      for (const { endpoint } of places) endpoint.requester.close();
    },
  };
}

type Among = Pick<EndpointPoolOptions, 'now'> & { readonly places: readonly Place[] };

/** Who gets the next request. Where all have asked to be left alone, the first to be let go; where all are out, whoever was asked least. */
function choose({ places, now }: Among, prefix: number | null): Place {
  const well = places.filter(({ isOut }) => !isOut);
  const free = chooseEndpoint(
    well.filter(({ heldUntil }) => heldUntil <= now()),
    prefix,
  );
  const place =
    free ??
    well.toSorted((a, b) => a.heldUntil - b.heldUntil)[0] ??
    places.toSorted((a, b) => a.served - b.served)[0];
  if (place === undefined) throw new Error('The pool has no server');
  return place;
}

/** Remembers a failure, and says it as one of a service that keeps nothing which only a checkpoint would bring back. */
function judged(error: unknown, place: Place, { places, now }: Among): unknown {
  if (!(error instanceof ServiceError)) return error;
  if (error.retryAfterMs !== null) place.heldUntil = now() + error.retryAfterMs;
  if (!error.retryable) return error;
  // who asks to be left alone is well
  if (error.status !== TOO_MANY_REQUESTS) place.failures += 1;
  if (error.kind === 'refused' || error.kind === 'gone' || place.failures >= MAX_FAILURES) place.isOut = true;
  const isOtherFree = places.some((each) => each !== place && !each.isOut && each.heldUntil <= now());
  return new ServiceError(error.kind === 'gone' ? 'refused' : error.kind, error.message, {
    cause: error,
    retryable: true,
    retryAfterMs: isOtherFree ? 0 : error.retryAfterMs,
    status: error.status,
  });
}

function openPlace(address: string, options: EndpointPoolOptions): Place {
  const { name, apiKey, timeoutMs, now, sleep, random } = options;
  const onLimit = (waitMs: number): void => void (place.heldUntil = now() + waitMs);
  const place: Place = {
    address,
    endpoint: openEndpoint(address, { name, apiKey, timeoutMs, onLimit, sleep, random }),
    inFlight: 0,
    served: 0,
    failures: 0,
    isOut: false,
    heldUntil: 0,
    wellAt: now(),
    silentLooks: 0,
    reviving: null,
    life: new AbortController(),
  };
  return place;
}

type Watched = { readonly places: readonly Place[]; readonly revive: (place: Place) => Promise<void> };

/** Looks, as long as there is a reason to, at servers that are out and at those that have requests in flight. */
function createWatch(options: EndpointPoolOptions, { places, revive }: Watched) {
  let timer: NodeJS.Timeout | null = null;
  const looking = new Set<Place>();
  const stop = (): void => {
    if (timer !== null) clearInterval(timer);
    timer = null;
  };
  const look = (): void => {
    const watched = places.filter((place) => place.isOut || place.inFlight > 0);
    if (watched.length === 0) stop();
    for (const place of watched) {
      if (looking.has(place) || (!place.isOut && !options.gate.isOpen)) continue;
      looking.add(place);
      // a failure shows in the place itself
      const looked = place.isOut ? revive(place).catch(() => undefined) : lookAfter(place, options);
      void looked.finally(() => looking.delete(place));
    }
  };
  return {
    stop,
    wake(): void {
      timer ??= setInterval(look, options.watchEveryMs).unref();
    },
  };
}

/** A server that is silent for several looks gives up its requests: another one, or the same one later, gets them. */
async function lookAfter(place: Place, { name, probe }: EndpointPoolOptions): Promise<void> {
  try {
    await probe(place.endpoint, place.life.signal);
    place.silentLooks = 0;
  } catch {
    place.silentLooks += 1;
    if (place.silentLooks < MAX_SILENT_LOOKS || place.isOut) return;
    const { life, inFlight } = place;
    Object.assign(place, { isOut: true, life: new AbortController() });
    const message = `${name} at ${place.address} gave no sign of life while ${inFlight} requests waited`;
    life.abort(new ServiceError('timeout', message));
  }
}

/** Who waits for a server to come back is told what for. */
function awaited(operation: string) {
  return (error: unknown): never => {
    if (!(error instanceof ServiceError)) throw error;
    const { kind, retryable, retryAfterMs, message } = error;
    throw new ServiceError(kind, `${message} (${operation} waits for it)`, {
      cause: error,
      retryable,
      retryAfterMs,
    });
  };
}

/** `AbortSignal.any` would leave something of each call with signals that live on. */
async function untilEither<T>(
  one: AbortSignal,
  other: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  one.throwIfAborted();
  const own = new AbortController();
  const stops = [one, other].map((signal) => onAbort(signal, () => own.abort(signal.reason)));
  try {
    return await work(own.signal);
  } finally {
    for (const stop of stops) stop();
  }
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stopWaiting: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stopWaiting = onAbort(signal, () => reject(new Error('aborted', { cause: signal.reason })));
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    stopWaiting();
  }
}
