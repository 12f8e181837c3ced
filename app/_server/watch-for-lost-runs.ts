import 'server-only';
import { LOST_AFTER_MS } from '@/lib/launch/spawn-run';
import type { RunId } from '@/lib/domain/run';
import type { RunStore } from '@/lib/run-store/run-store';

const EVERY_MS = 3000;

/** Marks runs whose process is gone as lost, for as long as this process lives, and tells which. */
export function watchForLostRuns(
  runStore: Pick<RunStore, 'markLost'>,
  onLost: (ids: readonly RunId[]) => Promise<void>,
): void {
  const timer = setInterval(() => {
    runStore
      .markLost(LOST_AFTER_MS)
      .then(onLost)
      .catch((error: unknown) => {
        // Pages say so too when the store cannot be read; the next round tries again.
        console.warn('Looking for lost runs failed:', error instanceof Error ? error.message : error);
      });
  }, EVERY_MS);
  timer.unref();
}
