import { setTimeout as delay } from 'node:timers/promises';
import { asTinkerError, type ErrorCategory, TinkerError } from './tinker-error';

/** What an operation gives, in the encodings that it has. */
export type FutureResult = { readonly json: unknown; readonly proto?: () => Uint8Array };

export type FutureAnswer =
  | { readonly state: 'done'; readonly result: FutureResult }
  | { readonly state: 'failed'; readonly error: string; readonly category: ErrorCategory }
  /** Still being worked on when the wait was over. */
  | { readonly state: 'pending' };

/** A request whose number says that it must be done once, and what it said. */
export type OnceKey = { readonly key: string; readonly fingerprint: string };

/** Operations under way and their results: a submit is answered at once, the result is fetched. */
export type Futures = {
  /** Starts the work and gives its id. A known key with the same fingerprint gives the first id; another fingerprint is a conflict. */
  submit(work: () => Promise<FutureResult>, once: OnceKey | null): string;
  /** The id of a request that was submitted before, if it was. Throws a conflict for another body. */
  known(once: OnceKey): string | null;
  /** Waits for the result as long as a poll may take. Throws 404 for an unknown id, 410 for one of another process or long ago. */
  retrieve(id: string, signal: AbortSignal): Promise<FutureAnswer>;
};

/** The operation was not begun, so its number may come again. */
export class NotBegun extends TinkerError {}

export type FuturesOptions = {
  /** Part of every id, so that ids of an earlier process are known as such. */
  readonly processId: string;
  readonly pollMs: number;
  readonly log: (message: string) => void;
};

/** Results kept for clients that ask again; a step of a run needs a few dozen. */
const KEPT = 8192;

type Entry = {
  readonly settled: Promise<FutureAnswer>;
  readonly once: OnceKey | null;
  isSettled: boolean;
};

export function createFutures(options: FuturesOptions): Futures {
  const entries = new Map<string, Entry>();
  const byKey = new Map<string, { readonly fingerprint: string; readonly id: string }>();
  let counter = 0;

  function known(once: OnceKey): string | null {
    const found = byKey.get(once.key);
    if (found === undefined) return null;
    if (found.fingerprint === once.fingerprint) return found.id;
    throw new TinkerError(
      409,
      `Request ${once.key} was sent before with another body. A repeated request must be the same byte for byte.`,
    );
  }

  function dropOldest(): void {
    for (const [id, { isSettled, once }] of entries) {
      if (entries.size <= KEPT) return;
      if (!isSettled) continue;
      entries.delete(id);
      if (once !== null) byKey.delete(once.key);
    }
  }

  async function settle(work: () => Promise<FutureResult>, once: OnceKey | null): Promise<FutureAnswer> {
    try {
      return { state: 'done', result: await work() };
    } catch (error) {
      if (error instanceof NotBegun && once !== null) byKey.delete(once.key);
      const foreseen = asTinkerError(error);
      if (foreseen !== null) return { state: 'failed', error: foreseen.message, category: foreseen.category };
      options.log(`unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      return { state: 'failed', error: 'The service made a mistake; its log says more.', category: 'server' };
    }
  }

  return {
    known,
    submit(work, once) {
      const earlier = once === null ? null : known(once);
      if (earlier !== null) return earlier;
      counter += 1;
      const id = `${options.processId}-${counter}`;
      if (once !== null) byKey.set(once.key, { fingerprint: once.fingerprint, id });
      const entry: Entry = { settled: settle(work, once), once, isSettled: false };
      void entry.settled.then(() => (entry.isSettled = true));
      entries.set(id, entry);
      dropOldest();
      return id;
    },
    async retrieve(id, signal) {
      const entry = entries.get(id);
      if (entry === undefined) throw unknownFuture(id, options.processId, counter);
      const waited = new AbortController();
      const pending = delay(options.pollMs, { state: 'pending' } as const, {
        signal: AbortSignal.any([signal, waited.signal]),
      }).catch(() => ({ state: 'pending' }) as const);
      try {
        return await Promise.race([entry.settled, pending]);
      } finally {
        waited.abort();
      }
    },
  };
}

function unknownFuture(id: string, processId: string, counter: number): TinkerError {
  const [process, number] = [id.slice(0, id.lastIndexOf('-')), Number(id.slice(id.lastIndexOf('-') + 1))];
  if (process === processId && !(number >= 1 && number <= counter)) {
    return new TinkerError(404, `There is no request ${id}.`);
  }
  // another process of the service, or a result that was dropped
  return new TinkerError(
    410,
    `The result of request ${id} is gone: it is old, or the service was started anew. Send the request again.`,
  );
}
