import 'server-only';
import type { Run, RunId } from '@/lib/domain/run';
import type { RunStore } from '@/lib/run-store/run-store';
import { findRun } from './find-run';

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
    const run = await findRun(runStore, id);
    if (run === null) {
      missing.push(id);
      continue;
    }
    runs.push(run);
    configs.push((await runStore.snapshot(id)).resolved);
  }
  return { after, runs, configs, missing };
}
