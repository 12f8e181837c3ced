import type { RunId } from '@/lib/domain/run';
import type { TrajectoryBody, TrajectoryRow } from '@/lib/domain/trajectory';

export type TrajectoryQuery = {
  readonly runId: RunId;
  readonly step: number;
  readonly validation: boolean;
  /** Rollouts of one prompt only. */
  readonly group?: string;
  readonly sort: 'order' | 'reward' | '-reward' | 'advantage' | '-advantage' | 'tokens' | '-tokens';
  readonly limit: number;
  readonly offset: number;
};

export type StoredRollout = { readonly row: TrajectoryRow; readonly body: TrajectoryBody };

export type PromptReward = {
  readonly group: string;
  /** First characters. */
  readonly prompt: string;
  /** Mean reward of `count` rollouts that were scored. */
  readonly mean: number;
  readonly count: number;
};

export type TrajectoryStore = {
  /** Rows of one step; those of a stale attempt are left out. */
  list(query: TrajectoryQuery): Promise<{ readonly rows: readonly TrajectoryRow[]; readonly total: number }>;
  /** All rollouts of one step with their bodies, in (prompt, sample) order; those of a stale attempt are left out. */
  whole(query: Pick<TrajectoryQuery, 'runId' | 'step' | 'validation'>): Promise<readonly StoredRollout[]>;
  /** What a step's rollouts earned by prompt, in the order in which they were recorded; those of a stale attempt are left out. */
  prompts(query: Pick<TrajectoryQuery, 'runId' | 'step' | 'validation'>): Promise<readonly PromptReward[]>;
  /** Steps that have rollouts, ascending. */
  steps(runId: RunId, validation: boolean): Promise<readonly number[]>;
  /** Rejects with `AppError('not_found')`. */
  get(runId: RunId, id: number): Promise<StoredRollout>;
};
