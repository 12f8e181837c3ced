import 'server-only';
import { encodeEvent } from '@/lib/api-client/wire';
import type { Run, RunId } from '@/lib/domain/run';
import type { RunEvent } from '@/lib/domain/run-event';
import type { RunStore } from '@/lib/run-store/run-store';
import type { RecipeWatch } from '@/lib/recipe-files/watch-recipes';
import type { EventFeed } from './event-feed';
import { findRun } from './find-run';

const HEARTBEAT_MS = 10_000;
/** Events read from the store at once while a stream catches up. */
const PAGE = 500;
/** Live events kept for a reader that is slower than the run; one that falls further behind is fed from the store. */
const MAX_WAITING = 2000;
/** How soon a browser asks again after the connection broke. */
const RECONNECT_MS = 1000;

export type StreamSources = {
  readonly runStore: Pick<RunStore, 'events' | 'get' | 'lastSeq'>;
  readonly feed: EventFeed;
};
export type StreamQuestion = {
  readonly runs: readonly RunId[];
  readonly after: number;
  /** Given: changes of the recipes folder are told too. */
  readonly recipes?: RecipeWatch | null;
  readonly signal: AbortSignal;
  readonly heartbeatMs?: number;
};

/**
 * What runs say after `after`, without a gap and without end, as server-sent events: unnamed ones are run events with
 * `seq` as their id, `run` is a row of the run table, `reset` says that the store has never had `after`.
 */
export function openEventStream(sources: StreamSources, question: StreamQuestion): Response {
  const abort = new AbortController();
  const signal = AbortSignal.any([question.signal, abort.signal]);
  const frames = writeFrames(sources, { ...question, signal });
  const encoder = new TextEncoder();
  // Pulled, so a browser that reads slowly slows the reading down instead of filling memory.
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await frames.next();
      if (next.done === true) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
    cancel() {
      abort.abort();
      // It stands at its last frame, which nobody takes any more; this lets go of the feed.
      void frames.return(undefined);
    },
  });
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      // `no-transform` keeps compression from holding events back.
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    },
  });
}

async function* writeFrames(sources: StreamSources, question: StreamQuestion): AsyncGenerator<string> {
  const { runs, signal } = question;
  // Listens before it reads the past, so that nothing falls between the two.
  const inbox = createInbox(sources.feed, { runs: new Set(runs), recipes: question.recipes, signal });
  try {
    const newest = await sources.runStore.lastSeq();
    let cursor = Math.min(question.after, newest);
    yield `retry: ${RECONNECT_MS}\n\n`;
    if (cursor < question.after) yield `event: reset\nid: ${cursor}\ndata: ${cursor}\n\n`;
    yield (await readRuns(sources, runs)).map(runFrame).join('');
    let isBehind = true;
    while (!signal.aborted) {
      if (inbox.takeOverflow()) isBehind = true;
      if (!isBehind) await inbox.wait(question.heartbeatMs ?? HEARTBEAT_MS);
      const { events, changed, stamp } = inbox.take();
      const page: readonly RunEvent[] = isBehind
        ? await sources.runStore.events({ runs, after: cursor, limit: PAGE })
        : events.filter(({ seq }) => seq > cursor);
      // What the inbox held is either in this page or will be in a later one.
      if (isBehind)
        isBehind = page.length === PAGE || events.some(({ seq }) => seq > (page.at(-1)?.seq ?? cursor));
      cursor = page.at(-1)?.seq ?? cursor;
      const text = page.map(eventFrame).join('') + changed.map(runFrame).join('') + stampFrame(stamp);
      yield text === '' ? ': still here\n\n' : text;
    }
  } finally {
    inbox.close();
  }
}

async function readRuns({ runStore }: StreamSources, ids: readonly RunId[]): Promise<readonly Run[]> {
  const runs: Run[] = [];
  for (const id of ids) {
    const run = await findRun(runStore, id);
    if (run !== null) runs.push(run);
  }
  return runs;
}

function eventFrame(event: RunEvent): string {
  return `id: ${event.seq}\ndata: ${encodeEvent(event)}\n\n`;
}

function runFrame(run: Run): string {
  return `event: run\ndata: ${JSON.stringify(run)}\n\n`;
}

/** A stamp has no number: a browser that reconnects is told the present one anyway. */
function stampFrame(stamp: string | null): string {
  return stamp === null ? '' : `event: recipes\ndata: ${stamp}\n\n`;
}

type Inbox = {
  take(): {
    readonly events: readonly RunEvent[];
    readonly changed: readonly Run[];
    /** Of the recipes folder, when it is a new one. */
    readonly stamp: string | null;
  };
  /** True once after events had to be dropped: what is missing is in the store. */
  takeOverflow(): boolean;
  /** Resolves when something came, when aborted, or after `ms`. */
  wait(ms: number): Promise<void>;
  close(): void;
};

function createInbox(
  feed: EventFeed,
  {
    runs,
    recipes,
    signal,
  }: {
    readonly runs: ReadonlySet<RunId>;
    readonly recipes?: RecipeWatch | null | undefined;
    readonly signal: AbortSignal;
  },
): Inbox {
  let events: RunEvent[] = [];
  let changed = new Map<RunId, Run>();
  let overflowed = false;
  let wake: () => void = () => undefined;
  let stamp: string | null = null;
  const unsubscribe = feed.subscribe({
    runs,
    onEvents(fresh) {
      if (events.length + fresh.length > MAX_WAITING) {
        events = [];
        overflowed = true;
      } else events.push(...fresh);
      wake();
    },
    onRun(run) {
      changed.set(run.id, run);
      wake();
    },
  });
  const unwatch = recipes?.subscribe((now) => {
    stamp = now;
    wake();
  });
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort);
  return {
    take() {
      const taken = { events, changed: [...changed.values()], stamp };
      stamp = null;
      events = [];
      changed = new Map();
      return taken;
    },
    takeOverflow() {
      const had = overflowed;
      overflowed = false;
      return had;
    },
    wait: (ms) =>
      new Promise((resolve) => {
        if (stamp !== null || events.length > 0 || changed.size > 0 || overflowed || signal.aborted) {
          resolve();
          return;
        }
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    close() {
      signal.removeEventListener('abort', onAbort);
      unsubscribe();
      unwatch?.();
    },
  };
}
