import 'server-only';
import type { Run, RunId } from '@/lib/domain/run';
import type { RunEvent } from '@/lib/domain/run-event';
import type { RunStore } from '@/lib/run-store/run-store';
import { findRun } from './find-run';

/** A point must be on the page within half a second of its step's end; the writer's batch takes up to 100 ms of that. */
const POLL_MS = 80;
/** Phase, heartbeat and step of a run are told this often. */
const SNAPSHOT_MS = 1000;
const PAGE = 2000;

export type FeedListener = {
  readonly runs: ReadonlySet<RunId>;
  onEvents(events: readonly RunEvent[]): void;
  onRun(run: Run): void;
};

/** New events and changed runs, read once for all who listen. Nothing is read while nobody does. */
export type EventFeed = {
  /** Events committed after this call arrive in order, each once, until the returned function is called. */
  subscribe(listener: FeedListener): () => void;
};

type FeedStore = Pick<RunStore, 'events' | 'get' | 'lastSeq'>;

export function createEventFeed(
  store: FeedStore,
  timing: { readonly pollMs?: number; readonly snapshotMs?: number } = {},
): EventFeed {
  const listeners = new Set<FeedListener>();
  const snapshots = new Map<RunId, string>();
  let isRunning = false;

  async function run(): Promise<void> {
    let cursor: number | null = null;
    let nextSnapshot = 0;
    let warned = '';
    while (listeners.size > 0) {
      try {
        cursor ??= await store.lastSeq();
        const events: readonly RunEvent[] = await store.events({ runs: 'all', after: cursor, limit: PAGE });
        cursor = events.at(-1)?.seq ?? cursor;
        if (events.length > 0) tellEvents(events);
        const isDue = Date.now() >= nextSnapshot;
        if (isDue) nextSnapshot = Date.now() + (timing.snapshotMs ?? SNAPSHOT_MS);
        await tellRuns(isDue ? null : new Set(events.filter(isTurn).map(({ runId }) => runId)));
        warned = '';
      } catch (error) {
        // A locked or full disk passes; streams stay open and go on from where they were. Said once, not at every poll.
        const message = error instanceof Error ? error.message : String(error);
        if (message !== warned) console.warn('Reading new events failed:', message);
        warned = message;
      }
      await new Promise((resolve) => setTimeout(resolve, timing.pollMs ?? POLL_MS));
    }
    isRunning = false;
    snapshots.clear();
  }

  function tellEvents(events: readonly RunEvent[]): void {
    for (const listener of listeners) {
      const theirs = events.filter(({ runId }) => listener.runs.has(runId));
      if (theirs.length > 0) listener.onEvents(theirs);
    }
  }

  /** `only` = the runs to look at; null = all that anybody follows. */
  async function tellRuns(only: ReadonlySet<RunId> | null): Promise<void> {
    const followed = new Set([...listeners].flatMap(({ runs }) => [...runs]));
    for (const id of followed) {
      if (only !== null && !only.has(id)) continue;
      const current = await findRun(store, id);
      if (current === null) continue;
      const text = JSON.stringify(current);
      if (snapshots.get(id) === text) continue;
      snapshots.set(id, text);
      for (const listener of listeners) if (listener.runs.has(id)) listener.onRun(current);
    }
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      if (!isRunning) {
        isRunning = true;
        void run();
      }
      return () => listeners.delete(listener);
    },
  };
}

function isTurn({ kind }: RunEvent): boolean {
  return kind === 'status' || kind === 'checkpoint';
}
