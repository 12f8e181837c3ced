import { setTimeout as sleep } from 'node:timers/promises';
import { createBackOff } from './back-off';
import { createPointQueue } from './point-queue';
import { type TrackedEnd, type TrackedPoint, type Tracker, TrackerRefusal } from './tracker';

/** Steps that wait while a tracker is down: hours of most runs, some megabytes. Older ones are dropped. */
const MAX_WAITING = 2000;
/** A tracker that takes longer does not answer; some take long to begin a run. */
const TIMEOUT_MS = 60_000;
/** A run that has ended waits so long for its last steps to arrive, and no longer. */
const LAST_WORD_MS = 10_000;

export type FeedTiming = {
  readonly maxWaiting?: number;
  readonly timeoutMs?: number;
  readonly firstPauseMs?: number;
  readonly lastWordMs?: number;
};

/** What one tracker still has to hear. Nothing that calls it ever waits for the tracker, but for a moment at the end. */
export type Feed = {
  post(point: TrackedPoint): void;
  close(end: TrackedEnd): Promise<void>;
};

/** `say`: told once when the tracker cannot be reached or refuses, and once at the end what it did not get. */
export function createFeed(tracker: Tracker, say: (line: string) => void, timing: FeedTiming = {}): Feed {
  const { maxWaiting = MAX_WAITING, timeoutMs = TIMEOUT_MS, lastWordMs = LAST_WORD_MS } = timing;
  const backOff = createBackOff(timing.firstPauseMs);
  const queue = createPointQueue(maxWaiting);
  let end: TrackedEnd | null = null;
  let state: 'closed' | 'open' | 'refused' = 'closed';
  let isStopped = false;
  let hasTold = false;
  let work: Promise<void> | null = null;
  // what goes on now: a call, or a pause
  let call = new AbortController();
  let pause = new AbortController();

  const hasWork = (): boolean => state === 'closed' || !queue.isEmpty() || end !== null;

  async function deliver(): Promise<void> {
    while (!isStopped && state !== 'refused' && hasWork()) {
      call = new AbortController();
      const limit = setTimeout(() => call.abort(), timeoutMs);
      try {
        await handOver(call.signal);
        backOff.reset();
      } catch (error) {
        await rest(error);
      } finally {
        clearTimeout(limit);
      }
    }
    work = null;
  }

  async function handOver(signal: AbortSignal): Promise<void> {
    if (state === 'closed') await tracker.open(signal);
    state = 'open';
    const points = queue.next();
    if (points.length > 0) await tracker.log(points, signal);
    queue.taken();
    if (!queue.isEmpty() || end === null) return;
    await tracker.end(end, signal);
    end = null;
  }

  async function rest(error: unknown): Promise<void> {
    state = error instanceof TrackerRefusal ? 'refused' : 'closed';
    tracker.close();
    if (isStopped) return;
    if (!hasTold) say(troubleText(tracker.name, error));
    hasTold = true;
    if (state === 'refused') return;
    pause = new AbortController();
    await sleep(backOff.next(), undefined, { signal: pause.signal }).catch(() => undefined);
  }

  work = deliver();
  return {
    post: (point) => {
      queue.push(point);
      work ??= deliver();
    },
    close: async (status) => {
      end = status;
      // it may be there again: one more call before the end
      backOff.reset();
      pause.abort();
      work ??= deliver();
      await inTime(work, lastWordMs);
      isStopped = true;
      call.abort();
      pause.abort();
      await work;
      tracker.close();
      const missed = queue.missed();
      if (missed > 0)
        say(`${tracker.name} did not get ${missed} ${missed === 1 ? 'step' : 'steps'} of this run.`);
    },
  };
}

function troubleText(name: string, error: unknown): string {
  const what = error instanceof Error ? error.message : String(error);
  const next =
    error instanceof TrackerRefusal
      ? 'The run goes on without it.'
      : 'The run goes on; what it writes is kept for the tracker and sent when it answers.';
  return `${name} does not follow this run: ${what} ${next}`;
}

async function inTime(work: Promise<void>, limitMs: number): Promise<void> {
  const late = new AbortController();
  await Promise.race([work, sleep(limitMs, undefined, { signal: late.signal }).catch(() => undefined)]);
  late.abort();
}
