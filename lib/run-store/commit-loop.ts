import { z } from 'zod';
import type { Connection } from '@/lib/db/connection';
import { isPassing, storageFault } from '@/lib/db/storage-fault';
import { type Attempt, CommandKind } from '@/lib/domain/run';
import { countOpenEvents, EVENTS_LEFT_OPEN, EVENTS_PER_SEAL, sealMetrics } from '@/lib/metrics/seal-metrics';
import { AppError } from '@/lib/shared/app-error';
import { commitOperations, isMetrics } from './commit-operations';
import { createPhaseNews } from './phase-news';
import { sizeOf } from './write-operations';
import type { FromWriter, ToWriter, WriteOperation } from './writer-messages';

/** Below what an eye sees, well above what a commit costs. */
const TICK_MS = 50;
const POLL_MS = 200;
/** Characters per transaction: others wait for the lock meanwhile, and give up after five seconds. */
const MAX_PER_COMMIT = 8 * 1024 * 1024;
/** A backlog of metrics is packed bit by bit, so that what comes next does not wait for all of it; at the end all of it. */
const SEAL_BUDGET_MS = 100;
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5000;

export type CommitLoop = {
  hear(message: ToWriter): void;
  /** Settles when the writer was closed or cannot go on. */
  readonly ended: Promise<void>;
};

export type CommitLoopDeps = {
  readonly connection: Connection;
  readonly attempt: Attempt;
  readonly say: (message: FromWriter) => void;
};

/** Commits what it hears, in order, every `TICK_MS`; keeps it and tries again while the store refuses. */
export function createCommitLoop(deps: CommitLoopDeps): CommitLoop {
  const seals = createSeals(deps);
  const writes = createWrites(deps, seals);
  const commands = createCommands(deps);
  let closing = false;
  let busy = false;
  let retry = { waitMs: 0, at: 0, message: '' };
  const { promise: ended, resolve, reject } = deferred();

  const work = async (): Promise<void> => {
    await writes.commit(commands.takeDelivered());
    await seals.sealWhenDue(closing ? Infinity : SEAL_BUDGET_MS);
    await commands.poll();
    retry = { waitMs: 0, at: 0, message: '' };
  };
  const refuse = (error: unknown): void => {
    const fault = storageFault(error);
    const message = error instanceof Error ? error.message : String(error);
    if (fault === null || !isPassing(fault)) {
      clearInterval(timer);
      reject(error);
      return;
    }
    const waitMs = Math.min(Math.max(retry.waitMs * 2, FIRST_RETRY_MS), MAX_RETRY_MS);
    if (message !== retry.message) deps.say({ type: 'trouble', message });
    retry = { waitMs, at: performance.now() + waitMs, message };
  };
  const tick = async (): Promise<void> => {
    if (busy || performance.now() < retry.at) return;
    busy = true;
    try {
      await work();
      if (closing && writes.isEmpty()) {
        clearInterval(timer);
        resolve();
      }
    } catch (error) {
      refuse(error);
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void tick(), TICK_MS);

  return {
    ended,
    hear: (message) => {
      if (message.type === 'write') writes.add(message.operations, message.last);
      else if (message.type === 'beat') writes.beat(message.time);
      else if (message.type === 'close') closing = true;
      if (message.type === 'hurry' || message.type === 'close') void tick();
    },
  };
}

function deferred(): {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
} {
  let settle: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, resolve: () => settle?.resolve(), reject: (error) => settle?.reject(error) };
}

type Writes = {
  add(operations: readonly WriteOperation[], last: number): void;
  beat(time: number): void;
  isEmpty(): boolean;
  /** Writes all that waits. */
  commit(deliveredCommand: number): Promise<void>;
};

function createWrites({ connection, attempt, say }: CommitLoopDeps, seals: Seals): Writes {
  const news = createPhaseNews('preparing', Date.now());
  const waiting: WriteOperation[] = [];
  let last = 0;
  let beat: number | null = null;
  let marked = 0;

  const commitSome = async (deliveredCommand: number): Promise<void> => {
    const operations = takeUpTo(waiting, MAX_PER_COMMIT);
    for (const operation of operations) {
      if (operation.type === 'progress') news.see(operation.phase, operation.time);
    }
    const time = Date.now();
    const phase = news.due(time);
    const heartbeat = beat;
    const batch = {
      attempt,
      operations,
      heartbeat,
      phase: phase === undefined ? null : { phase, time },
      command: deliveredCommand > marked ? { id: deliveredCommand, time } : null,
    };
    await seals.packing(operations, (backlog) => commitOperations(connection, { ...batch, backlog }));
    waiting.splice(0, operations.length);
    if (beat === heartbeat) beat = null;
    if (phase !== undefined) news.told(phase, time);
    marked = deliveredCommand;
    if (operations.length > 0) say({ type: 'committed', last: last - waiting.length });
  };
  const hasWork = (deliveredCommand: number): boolean =>
    waiting.length > 0 || beat !== null || deliveredCommand > marked || news.due(Date.now()) !== undefined;

  return {
    add: (operations, number) => {
      for (const operation of operations) waiting.push(operation);
      last = number;
    },
    beat: (time) => {
      beat = time;
    },
    isEmpty: () => waiting.length === 0,
    commit: async (deliveredCommand) => {
      while (hasWork(deliveredCommand)) await commitSome(deliveredCommand);
    },
  };
}

function takeUpTo(operations: readonly WriteOperation[], limit: number): readonly WriteOperation[] {
  let size = 0;
  let count = 0;
  for (const operation of operations) {
    size += sizeOf(operation);
    if (count > 0 && size > limit) break;
    count += 1;
  }
  return operations.slice(0, count);
}

const CommandRow = z.tuple([z.coerce.number(), CommandKind]);

type Commands = {
  /** Id of the newest command that the run has been told. */
  takeDelivered(): number;
  poll(): Promise<void>;
};

function createCommands({ connection, attempt, say }: CommitLoopDeps): Commands {
  let delivered = 0;
  let nextPoll = 0;
  return {
    takeDelivered: () => delivered,
    poll: async () => {
      if (performance.now() < nextPoll) return;
      nextPoll = performance.now() + POLL_MS;
      const rows = await connection.query(
        CommandRow,
        `SELECT "id", "kind" FROM "Command" WHERE "runId" = ? AND "handledAt" IS NULL AND "id" > ? ORDER BY "id"`,
        [attempt.runId, delivered],
      );
      for (const [id, kind] of rows) {
        delivered = id;
        say({ type: 'command', kind });
      }
    },
  };
}

type Seals = {
  /** Commits operations by `commit`, which packs what it is given at once and writes the other metrics as events. */
  packing(
    operations: readonly WriteOperation[],
    commit: (backlog: ReadonlySet<WriteOperation>) => Promise<void>,
  ): Promise<void>;
  sealWhenDue(budgetMs: number): Promise<void>;
};

function createSeals({ connection, attempt, say }: CommitLoopDeps): Seals {
  /** `metrics` events in the store; null = not yet counted. */
  let open: number | null = null;
  let broken = false;

  /** Whether it was done. Values stay readable in their events: no reason to end a run that trains. */
  const unlessBroken = async (work: () => Promise<void>): Promise<boolean> => {
    if (broken) return false;
    try {
      await work();
      return true;
    } catch (error) {
      if (storageFault(error) !== null || error instanceof AppError) throw error;
      broken = true;
      say({ type: 'trouble', message: `Metrics are no longer packed into blocks: ${String(error)}` });
      return false;
    }
  };
  const seal = async (budgetMs: number): Promise<void> => {
    open ??= await countOpenEvents(connection, attempt.runId);
    const until = performance.now() + budgetMs;
    while (open >= EVENTS_PER_SEAL + EVENTS_LEFT_OPEN && performance.now() < until) {
      const sealed = await sealMetrics(connection, attempt.runId);
      open = sealed === 0 ? await countOpenEvents(connection, attempt.runId) : open - sealed;
    }
  };
  return {
    packing: async (operations, commit) => {
      const metrics = operations.filter(isMetrics);
      const isBurst = metrics.length >= EVENTS_PER_SEAL + EVENTS_LEFT_OPEN;
      const backlog = new Set(metrics.slice(0, -EVENTS_LEFT_OPEN));
      if (isBurst && (await unlessBroken(() => commit(backlog)))) {
        open = EVENTS_LEFT_OPEN;
        return;
      }
      await commit(NOTHING);
      if (open !== null) open += metrics.length;
    },
    sealWhenDue: async (budgetMs) => {
      await unlessBroken(() => seal(budgetMs));
    },
  };
}

const NOTHING: ReadonlySet<WriteOperation> = new Set();
