import 'server-only';
import type { Run, RunId } from '@/lib/domain/run';
import type { RunStore } from '@/lib/run-store/run-store';
import { AppError } from '@/lib/shared/app-error';

export type ComparedRuns = {
  /** The store's last event before anything was read. */
  readonly after: number;
  readonly runs: readonly Run[];
  /** Resolved config of each run. */
  readonly configs: readonly unknown[];
  /** Asked for, and not there. */
  readonly missing: readonly number[];
};

export async function readComparedRuns(
  runStore: Pick<RunStore, 'get' | 'snapshot' | 'lastSeq'>,
  wanted: readonly RunId[],
): Promise<ComparedRuns> {
  const after = await runStore.lastSeq();
  const runs: Run[] = [];
  const configs: unknown[] = [];
  const missing: number[] = [];
  for (const id of wanted) {
    try {
      runs.push(await runStore.get(id));
      configs.push((await runStore.snapshot(id)).resolved);
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'not_found')) throw error;
      missing.push(id);
    }
  }
  return { after, runs, configs, missing };
}
