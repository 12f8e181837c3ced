import type { RunRehearsal } from '@/lib/domain/rehearsal';
import type { RunEvent } from '@/lib/domain/run-event';
import type { Attempt, Backend, Checkpoint, CommandKind, Run, RunId, RunStatus } from '@/lib/domain/run';

/** Everything that a run was launched with; enough to run it again after the recipe has changed. */
export type RecipeSnapshot = {
  /** Path from the recipes root → text of every small text file of the recipe and of the layers it includes. */
  readonly files: Readonly<Record<string, string>>;
  readonly entry: string;
  readonly overrides: readonly string[];
  /** Script that prepared its environment, and does again at a resume; null when there was none. */
  readonly script?: string | null;
  /** Composed config as YAML, interpolations kept. */
  readonly composedYaml: string;
  /** Resolved config as JSON; secrets are `{ $secret: NAME }`. */
  readonly resolved: unknown;
  /** Of a rehearsal: what `resolved` has instead of the recipe's own values. */
  readonly rehearsal?: RunRehearsal;
};

export type NewRun = {
  readonly name: string;
  readonly recipe: string;
  readonly variant: string;
  readonly backend: Backend;
  readonly model: string | null;
  readonly seed: number | null;
  readonly totalSteps: number;
  readonly snapshot: RecipeSnapshot;
  /** The same key again returns the run that it made the first time: a double click launches once. */
  readonly idempotencyKey: string;
};

export type AdvisoryEvent = Extract<RunEvent, { kind: 'advisory' }>;

/** Runs, their commands, attempts, checkpoints and events, as the web process and the CLI use them. Only door to a status. */
export type RunStore = {
  create(run: NewRun): Promise<Run>;
  /** Rejects with `AppError('not_found')`. */
  get(id: RunId): Promise<Run>;
  /** Newest first. */
  list(filter?: { readonly limit?: number; readonly offset?: number; readonly search?: string }): Promise<{
    readonly runs: readonly Run[];
    readonly total: number;
  }>;
  snapshot(id: RunId): Promise<RecipeSnapshot>;
  /** What no other run has, in this store or another. Rejects with `AppError('not_found')`. */
  identity(id: RunId): Promise<string>;
  attempts(id: RunId): Promise<readonly Attempt[]>;
  /** Newest first, stale ones (of a step after a later attempt's start) left out. */
  checkpoints(id: RunId): Promise<readonly Checkpoint[]>;
  /** Compare-and-set by the status table, with its `status` event in the same transaction; `AppError('conflict')` if it may not follow. */
  transition(id: RunId, to: RunStatus, reason: string | null): Promise<Run>;
  /** Writes a command for the run process; for a queued run nobody has claimed, `stop` stops it at once. */
  command(id: RunId, kind: CommandKind): Promise<void>;
  /** Events with `seq` > `after`, in order, at most `limit`. */
  events(query: {
    readonly runs: readonly RunId[] | 'all';
    readonly after: number;
    readonly limit: number;
  }): Promise<readonly RunEvent[]>;
  /** Newest `log` events of a run before `before` (or the newest), oldest first. */
  logs(id: RunId, query: { readonly before?: number; readonly limit: number }): Promise<readonly RunEvent[]>;
  /** When the run took its status, or its reason; null for runs of before statuses were events. */
  statusSince(id: RunId): Promise<string | null>;
  /** `advisory` events of attempts that count, oldest first. */
  advisories(id: RunId): Promise<readonly AdvisoryEvent[]>;
  /** Ids of the advisories that somebody muted for this run. */
  mutes(id: RunId): Promise<readonly string[]>;
  /** Doing it again changes nothing. Rejects with `AppError('not_found')`. */
  mute(id: RunId, change: { readonly advisory: string; readonly muted: boolean }): Promise<void>;
  /** Log lines of who starts a run, before it has a process of its own that writes. */
  log(id: RunId, source: string, lines: readonly string[]): Promise<void>;
  /** Highest `seq` of the store; 0 when empty. */
  lastSeq(): Promise<number>;
  /** Active runs whose process is gone (pid dead on this host, or no heartbeat for `silentMs`) become `lost`. Returns them. */
  markLost(silentMs: number): Promise<readonly RunId[]>;
};
