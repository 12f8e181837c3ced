import type { RunId } from '@/lib/domain/run';
import type { TrajectoryBody, TrajectoryRow } from '@/lib/domain/trajectory';

export type TrajectoryQuery = {
  readonly runId: RunId;
  readonly step: number;
  readonly validation: boolean;
  readonly sort: 'order' | 'reward' | '-reward' | 'advantage' | '-advantage' | 'tokens' | '-tokens';
  readonly limit: number;
  readonly offset: number;
};

export type StoredRollout = { readonly row: TrajectoryRow; readonly body: TrajectoryBody };

export type TrajectoryStore = {
  /** Rows of one step; those of a stale attempt are left out. */
  list(query: TrajectoryQuery): Promise<{ readonly rows: readonly TrajectoryRow[]; readonly total: number }>;
  /** All rollouts of one step with their bodies, in (prompt, sample) order; those of a stale attempt are left out. */
  whole(query: Pick<TrajectoryQuery, 'runId' | 'step' | 'validation'>): Promise<readonly StoredRollout[]>;
  /** Steps that have rollouts, ascending. */
  steps(runId: RunId, validation: boolean): Promise<readonly number[]>;
  /** Rejects with `AppError('not_found')`. */
  get(runId: RunId, id: number): Promise<StoredRollout>;
};
