import type { Env } from '@/lib/env';
import type { Launcher } from '@/lib/launch/launch';
import type { MetricStore } from '@/lib/metrics/metric-store';
import type { RunTable } from '@/lib/run-table/run-table';
import type { RunStore } from '@/lib/run-store/run-store';
import type { TrajectoryStore } from '@/lib/trajectories/trajectory-store';
import type { CliIo } from './cli-io';

/** What commands about runs work with; opened once per command. */
export type Session = {
  readonly runStore: RunStore;
  readonly metrics: MetricStore;
  readonly trajectories: TrajectoryStore;
  readonly launcher: Launcher;
  readonly runTable: RunTable;
  close(): Promise<void>;
};

export type CommandContext = {
  readonly io: CliIo;
  readonly env: Env;
  /** Opens the store and brings it up to date. */
  open(): Promise<Session>;
};
