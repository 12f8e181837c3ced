import { setTimeout as sleep } from 'node:timers/promises';
import { createBackOff } from './back-off';
import { type TrackedEnd, type TrackedPoint, type Tracker, TrackerRefusal } from './tracker';

/** Steps that wait while a tracker is down: hours of most runs, some megabytes. Older ones are dropped. */
const MAX_WAITING = 2000;
/** Steps that are handed over at once. */
const BATCH = 50;
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
  const waiting: TrackedPoint[] = [];
  let handed: readonly TrackedPoint[] = [];
  let end: TrackedEnd | null = null;
  let dropped = 0;
  let isOpen = false;
  let isRefused = false;
  let isStopped = false;
  let hasTold = false;
  let work: Promise<void> | null = null;
  /** What goes on now: a call, or a pause. */
  let call = new AbortController();
  let pause = new AbortController();

  const hasWork = (): boolean => !isOpen || waiting.length + handed.length > 0 || end !== null;

  async function deliver(): Promise<void> {
    while (!isStopped && !isRefused && hasWork()) {
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
    if (!isOpen) await tracker.open(signal);
    isOpen = true;
    if (handed.length === 0) handed = waiting.splice(0, BATCH);
    if (handed.length > 0) await tracker.log(handed, signal);
    handed = [];
    if (waiting.length > 0 || end === null) return;
    await tracker.end(end, signal);
    end = null;
  }

  async function rest(error: unknown): Promise<void> {
    isOpen = false;
    tracker.close();
    isRefused = error instanceof TrackerRefusal;
    if (isStopped) return;
    tell(error);
    if (isRefused) return;
    pause = new AbortController();
    await sleep(backOff.next(), undefined, { signal: pause.signal }).catch(() => undefined);
  }

  function tell(error: unknown): void {
    if (hasTold) return;
    hasTold = true;
    const what = error instanceof Error ? error.message : String(error);
    const next = isRefused
      ? 'The run goes on without it.'
      : 'The run goes on; what it writes is kept for the tracker and sent when it answers.';
    say(`${tracker.name} does not follow this run: ${what} ${next}`);
  }

  work = deliver();
  return {
    post: (point) => {
      if (isRefused) {
        dropped += 1;
        return;
      }
      waiting.push(point);
      if (waiting.length > maxWaiting) {
        waiting.shift();
        dropped += 1;
      }
      work ??= deliver();
    },
    close: async (status) => {
      end = status;
      // it may be there again: one more call before the end
      backOff.reset();
      pause.abort();
      work ??= deliver();
      const late = new AbortController();
      await Promise.race([
        work,
        sleep(lastWordMs, undefined, { signal: late.signal }).catch(() => undefined),
      ]);
      late.abort();
      isStopped = true;
      call.abort();
      pause.abort();
      await work;
      tracker.close();
      dropped += waiting.length + handed.length;
      if (dropped > 0)
        say(`${tracker.name} did not get ${dropped} ${dropped === 1 ? 'step' : 'steps'} of this run.`);
    },
  };
}
