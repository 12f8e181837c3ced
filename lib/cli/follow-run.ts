import { setTimeout as delay } from 'node:timers/promises';
import { isFinished, type Run, type RunId } from '@/lib/domain/run';
import type { RunEvent } from '@/lib/domain/run-event';
import { LOST_AFTER_MS } from '@/lib/launch/spawn-run';
import type { RunStore } from '@/lib/run-store/run-store';

const POLL_MS = 200;
const EVENTS_PER_READ = 1_000;
/** How often a vanished process is looked for. */
const LOST_CHECK_MS = 3_000;

export type Follower = {
  onEvents(events: readonly RunEvent[], run: Run): void;
};

/** Follows a run's events from `after` until it has ended or `signal` says stop looking. Resolves with the run as it is then. */
export async function followRun(
  runStore: RunStore,
  target: { readonly id: RunId; readonly after: number },
  { follower, signal }: { readonly follower: Follower; readonly signal: AbortSignal },
): Promise<Run> {
  let after = target.after;
  let checkedAt = Date.now();
  for (;;) {
    if (Date.now() - checkedAt > LOST_CHECK_MS) {
      await runStore.markLost(LOST_AFTER_MS);
      checkedAt = Date.now();
    }
    // the run first: when it says finished, all its events are already there to read
    const run = await runStore.get(target.id);
    const events = await runStore.events({ runs: [target.id], after, limit: EVENTS_PER_READ });
    after = events.at(-1)?.seq ?? after;
    if (events.length > 0) follower.onEvents(events, run);
    if (events.length === EVENTS_PER_READ) continue;
    if (isFinished(run.status) || signal.aborted) return run;
    await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Waits until `isThere` holds for the run; null when it did not within `timeoutMs`. */
export async function waitForRun(
  runStore: RunStore,
  id: RunId,
  wait: { readonly isThere: (run: Run) => boolean; readonly timeoutMs: number },
): Promise<Run | null> {
  const until = Date.now() + wait.timeoutMs;
  for (;;) {
    await runStore.markLost(LOST_AFTER_MS);
    const run = await runStore.get(id);
    if (wait.isThere(run)) return run;
    if (Date.now() > until) return null;
    await delay(POLL_MS);
  }
}
