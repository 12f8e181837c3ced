import 'server-only';
import type { Run, RunId } from '@/lib/domain/run';
import type { RunStore } from '@/lib/run-store/run-store';
import { AppError } from '@/lib/shared/app-error';

/** Null where there is no such run: a link may name one that was never there, and the others are shown all the same. */
export async function findRun(runStore: Pick<RunStore, 'get'>, id: RunId): Promise<Run | null> {
  try {
    return await runStore.get(id);
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return null;
    throw error;
  }
}
