import { z } from 'zod';

/** Number of a run, counted up by the store: short enough to type (`galley stop 12`). */
export const RunId = z.coerce.number().int().positive().brand<'RunId'>();
export type RunId = z.infer<typeof RunId>;

export const RUN_STATUSES = [
  'queued',
  'starting',
  'running',
  'pausing',
  'paused',
  'stopping',
  'stopped',
  'succeeded',
  'failed',
  'lost',
] as const;
export const RunStatus = z.enum(RUN_STATUSES);
export type RunStatus = z.infer<typeof RunStatus>;

/** What may follow what. `lost` = the process vanished without a word; resume takes it back to `queued`. */
const NEXT: Record<RunStatus, readonly RunStatus[]> = {
  queued: ['starting', 'stopped', 'failed'],
  starting: ['running', 'stopping', 'failed', 'lost'],
  running: ['pausing', 'stopping', 'succeeded', 'failed', 'lost'],
  pausing: ['paused', 'running', 'stopping', 'succeeded', 'failed', 'lost'],
  paused: ['running', 'stopping', 'failed', 'lost'],
  stopping: ['stopped', 'succeeded', 'failed', 'lost'],
  stopped: ['queued'],
  // it has done all of its steps: there is nothing to go on with
  succeeded: [],
  failed: ['queued'],
  lost: ['queued'],
};

export function canFollow(from: RunStatus, to: RunStatus): boolean {
  return NEXT[from].includes(to);
}

/** A process owns the run: it should be sending heartbeats. */
export function isActive(status: RunStatus): boolean {
  return ['starting', 'running', 'pausing', 'paused', 'stopping'].includes(status);
}

/** Nothing more will happen unless somebody resumes it. */
export function isFinished(status: RunStatus): boolean {
  return ['stopped', 'succeeded', 'failed', 'lost'].includes(status);
}

/** What the run process is doing now. `warm_start` counts as neither steps nor GRPO seconds. */
export const RUN_PHASES = [
  'preparing',
  'warm_start',
  'rollout',
  'train',
  'sync',
  'validate',
  'checkpoint',
  'draining',
  /** A service is out; the run's reason says which. */
  'waiting',
] as const;
export const RunPhase = z.enum(RUN_PHASES);
export type RunPhase = z.infer<typeof RunPhase>;

export const BACKENDS = ['embedded', 'self_hosted', 'tinker', 'weaver'] as const;
export const Backend = z.enum(BACKENDS);
export type Backend = z.infer<typeof Backend>;

/** One run as pages and the CLI see it. Times are ISO strings; `null` = known to be absent. */
export const Run = z.object({
  id: RunId,
  name: z.string(),
  /** Folder of the recipe, e.g. `pig_latin`. */
  recipe: z.string(),
  /** Leaf layer without its ending, e.g. `embedded`. */
  variant: z.string(),
  backend: Backend,
  model: z.string().nullable(),
  seed: z.number().nullable(),
  status: RunStatus,
  /** Why it has this status, in words for people; null while there is nothing to say. */
  reason: z.string().nullable(),
  phase: RunPhase.nullable(),
  /** Completed GRPO steps; the next step to train has this 0-based index. */
  step: z.number().int().nonnegative(),
  totalSteps: z.number().int().nonnegative(),
  /** 0 before the first process life. */
  attempt: z.number().int().nonnegative(),
  overrides: z.array(z.string()),
  /** Seconds spent in GRPO steps over all attempts that count (warm start, validation and pauses excluded). */
  trainSeconds: z.number(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  heartbeatAt: z.iso.datetime().nullable(),
  /** Highest event sequence number of this run: the place from which to follow it. */
  lastSeq: z.number().int().nonnegative(),
  /** What people say of it. */
  tags: z.array(z.string()),
  notes: z.string(),
  isPinned: z.boolean(),
  isArchived: z.boolean(),
  /** Out of every list, until somebody undoes it. */
  isDeleted: z.boolean(),
  /** Protocol over which the embedded service stood in for the variant's own; null = no rehearsal. */
  rehearsal: z.string().nullable(),
});
export type Run = z.infer<typeof Run>;

export const COMMAND_KINDS = ['stop', 'pause', 'resume'] as const;
export const CommandKind = z.enum(COMMAND_KINDS);
export type CommandKind = z.infer<typeof CommandKind>;

/** One process life of a run. Points of an attempt after a later attempt's `startStep` are stale: kept, not current. */
export const Attempt = z.object({
  runId: RunId,
  number: z.number().int().positive(),
  pid: z.number().int(),
  host: z.string(),
  startStep: z.number().int().nonnegative(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  heartbeatAt: z.iso.datetime(),
});
export type Attempt = z.infer<typeof Attempt>;

/** A saved state from which a run can continue: `step` completed steps are in it. */
export const Checkpoint = z.object({
  runId: RunId,
  attempt: z.number().int().positive(),
  step: z.number().int().nonnegative(),
  /** Folder below the data directory. */
  path: z.string(),
  bytes: z.number().int().nonnegative(),
  createdAt: z.iso.datetime(),
});
export type Checkpoint = z.infer<typeof Checkpoint>;
