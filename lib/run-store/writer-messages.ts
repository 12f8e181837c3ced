import { z } from 'zod';
import { TextList } from '@/lib/shared/long-lists';
import { Attempt, CommandKind, RunPhase, RunStatus } from '@/lib/domain/run';

/** One light row as the worker inserts it, in the order of `TRAJECTORY_COLUMNS`. */
export type TrajectoryCells = readonly (string | number | null)[];
/** Thousands of rows in a message from our own thread. */
const TrajectoryCells = z.custom<TrajectoryCells>((value) => Array.isArray(value));

const time = z.number();

/** Names of series. The list of one event is often the next one's too: it crosses to the writing thread once. */
const SeriesNames = z.custom<readonly string[]>((names) => Array.isArray(names));

export const WriteOperation = z.discriminatedUnion('type', [
  /** A `metrics` event; `values` has one number per key. */
  z.object({
    type: z.literal('metrics'),
    time,
    step: z.number(),
    keys: SeriesNames,
    values: z.instanceof(Float64Array),
  }),
  /** Any other event. `body` is JSON text without the kind. */
  z.object({ type: z.literal('event'), time, kind: z.string(), body: z.string() }),
  z.object({
    type: z.literal('trajectories'),
    time,
    step: z.number(),
    validation: z.boolean(),
    /** What the step's event says; null = its last rows are still to come. */
    told: z.object({ count: z.number(), failed: z.number() }).nullable(),
    rows: z.array(TrajectoryCells),
    /** JSON texts, one per row. */
    bodies: TextList,
  }),
  z.object({
    type: z.literal('progress'),
    time,
    step: z.number(),
    phase: RunPhase.nullable(),
    trainSeconds: z.number(),
  }),
  z.object({
    type: z.literal('checkpoint'),
    time,
    step: z.number(),
    path: z.string(),
    bytes: z.number(),
    kept: z.array(z.number()),
  }),
  z.object({ type: z.literal('status'), time, status: RunStatus, reason: z.string().nullable() }),
  /** Why the run stands where it stands; its status stays. */
  z.object({ type: z.literal('reason'), time, reason: z.string().nullable() }),
]);
export type WriteOperation = z.infer<typeof WriteOperation>;

export const WriterData = z.object({ databaseUrl: z.string(), attempt: Attempt });

/** What the run's thread says to the writing thread. `last` numbers the operations said so far. */
export const ToWriter = z.discriminatedUnion('type', [
  z.object({ type: z.literal('write'), operations: z.array(WriteOperation), last: z.number() }),
  /** The run's thread is alive; `time` becomes the heartbeat. */
  z.object({ type: z.literal('beat'), time }),
  /** Commit now instead of at the next tick. */
  z.object({ type: z.literal('hurry') }),
  z.object({ type: z.literal('close') }),
]);
export type ToWriter = z.infer<typeof ToWriter>;

export const FromWriter = z.discriminatedUnion('type', [
  /** All operations up to this number are on disk. */
  z.object({ type: z.literal('committed'), last: z.number() }),
  z.object({ type: z.literal('command'), kind: CommandKind }),
  /** The store refuses for now; the writer keeps everything and tries again. */
  z.object({ type: z.literal('trouble'), message: z.string() }),
  /** The writer cannot go on: it has lost the run to another process, or met a bug. */
  z.object({ type: z.literal('failed'), code: z.enum(['conflict', 'storage']), message: z.string() }),
]);
export type FromWriter = z.infer<typeof FromWriter>;
