import { assertNever } from '@/lib/shared/assert-never';

export type Readiness =
  'batch_size_reached' | 'loaded_batch_finished' | 'batch_size_reached_and_loaded_batch_finished';

export type PoolFacts = {
  /** Rollouts whose group is complete. */
  readonly finished: number;
  readonly batchSize: number;
  /** Nothing that was loaded is still on its way. */
  readonly isLoadedFinished: boolean;
};

/** Whether a batch may be taken, and how many rollouts it then has: the first `batchSize`, or everything. */
export function readyCount(readiness: Readiness, facts: PoolFacts): number {
  const { finished, batchSize, isLoadedFinished } = facts;
  switch (readiness) {
    case 'batch_size_reached':
      return finished >= batchSize ? batchSize : 0;
    case 'loaded_batch_finished':
      return isLoadedFinished ? finished : 0;
    case 'batch_size_reached_and_loaded_batch_finished':
      return isLoadedFinished && finished >= batchSize ? finished : 0;
    default:
      return assertNever(readiness);
  }
}
