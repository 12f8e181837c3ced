import type { Attempt, Checkpoint, CommandKind, RunPhase, RunStatus } from '@/lib/domain/run';
import type { RunEventBody } from '@/lib/domain/run-event';
import type { TrajectoryBody, TrajectoryRow } from '@/lib/domain/trajectory';

export type NewTrajectory = Omit<TrajectoryRow, 'id' | 'runId' | 'attempt'> & {
  readonly body: TrajectoryBody;
};

export type NewTrajectories = {
  readonly validation: boolean;
  /** Failed rollouts of the whole step. */
  readonly failed: number;
  readonly rows: readonly NewTrajectory[];
  /** Where the rows are not all of the step's: how many were written before, and whether these are the last. */
  readonly part?: { readonly written: number; readonly isLast: boolean };
};

export type RunProgress = {
  readonly step: number;
  readonly phase: RunPhase | null;
  readonly trainSeconds: number;
};

export type NewCheckpoint = Omit<Checkpoint, 'runId' | 'attempt' | 'createdAt'> & {
  /** Steps of all checkpoints that can still be loaded; the others are forgotten. */
  readonly kept: readonly number[];
};

/**
 * The run process's one way to write. Calls return at once; a worker thread commits what has gathered every
 * 50–100 ms in one transaction, so a wait for the database's lock never stops the run. Order is kept. At most 256 MB of
 * records wait; beyond that a call throws `AppError('storage')`.
 */
export type RunWriter = {
  readonly attempt: Attempt;
  append(event: Exclude<RunEventBody, { kind: 'status' | 'checkpoint' | 'sealed' }>): void;
  /** Index rows and bodies of a step's rollouts, and their `trajectories` event with the last of them. */
  trajectories(step: number, batch: NewTrajectories): void;
  progress(progress: RunProgress): void;
  checkpoint(checkpoint: NewCheckpoint): void;
  status(status: RunStatus, reason: string | null): void;
  /** Why the run stands where it stands, while its status stays; null = nothing holds it any more. */
  reason(reason: string | null): void;
  /** Called once per command, in order, soon after somebody wrote it. */
  onCommand(listener: (kind: CommandKind) => void): void;
  /** Called when the store cannot be written any more (full disk, file gone); what is buffered is kept and tried again. */
  onTrouble(listener: (message: string) => void): void;
  /** Resolves once little waits for the disk. Awaited between writes, a full disk slows a run instead of ending it. */
  drained(): Promise<void>;
  /** Resolves when all that was said before is on disk; rejects when this process has lost the run or the store is broken. */
  flush(): Promise<void>;
  /** Flushes and ends the worker. */
  close(): Promise<void>;
};
