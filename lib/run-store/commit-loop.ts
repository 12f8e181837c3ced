import { z } from 'zod';
import { type Connection } from '@/lib/db/connection';
import { isPassing, storageFault } from '@/lib/db/storage-fault';
import { type Attempt, CommandKind } from '@/lib/domain/run';
import { commitOperations } from './commit-operations';
import { sizeOf } from './write-operations';
import { type FromWriter, type ToWriter, type WriteOperation } from './writer-messages';

/** Below what an eye sees, well above what a commit costs. */
const TICK_MS = 50;
const TICKS_PER_POLL = 4;
/** Characters per transaction: others wait for the lock meanwhile, and give up after five seconds. */
const MAX_PER_COMMIT = 8 * 1024 * 1024;
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5000;

const CommandRow = z.tuple([z.coerce.number(), CommandKind]);

export type CommitLoop = {
  hear(message: ToWriter): void;
  /** Settles when the writer was closed or cannot go on. */
  readonly ended: Promise<void>;
};

type Deps = {
  readonly connection: Connection;
  readonly attempt: Attempt;
  readonly say: (message: FromWriter) => void;
};

/** Commits what it hears, in order, every `TICK_MS`; keeps it and tries again while the store refuses. */
export function createCommitLoop({ connection, attempt, say }: Deps): Promise<CommitLoop> {
  let waiting: WriteOperation[] = [];
  let heardLast = 0;
  let beat: number | null = null;
  let lastCommand = 0;
  let closing = false;
  let busy = false;
  let ticks = 0;
  let retryMs = 0;
  let retryAt = 0;
  let trouble: string | null = null;
  let end: (error?: Error) => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    end = (error) => {
      clearInterval(timer);
      if (error === undefined) resolve();
      else reject(error);
    };
  });

  const commit = async (): Promise<void> => {
    while (waiting.length > 0 || beat !== null) {
      const operations = takeUpTo(waiting, MAX_PER_COMMIT);
      const time = beat;
      await commitOperations(connection, { attempt, operations, beat: time, lastCommand });
      waiting = waiting.slice(operations.length);
      if (beat === time) beat = null;
      say({ type: 'committed', last: heardLast - waiting.length });
    }
  };
  const poll = async (): Promise<void> => {
    const rows = await connection.query(
      CommandRow,
      `SELECT "id", "kind" FROM "Command" WHERE "runId" = ? AND "handledAt" IS NULL AND "id" > ? ORDER BY "id"`,
      [attempt.runId, lastCommand],
    );
    for (const [id, kind] of rows) {
      lastCommand = id;
      beat ??= Date.now();
      say({ type: 'command', kind });
    }
  };
  const work = async (): Promise<void> => {
    await commit();
    if (ticks % TICKS_PER_POLL === 0) await poll();
    retryMs = 0;
    trouble = null;
  };
  const refuse = (error: unknown): void => {
    const fault = storageFault(error);
    const message = error instanceof Error ? error.message : String(error);
    if (fault === null || !isPassing(fault)) {
      end(new Error(message, { cause: error }));
      return;
    }
    retryMs = Math.min(Math.max(retryMs * 2, FIRST_RETRY_MS), MAX_RETRY_MS);
    retryAt = performance.now() + retryMs;
    if (message !== trouble) say({ type: 'trouble', message });
    trouble = message;
  };
  const tick = async (): Promise<void> => {
    if (busy || performance.now() < retryAt) return;
    busy = true;
    ticks += 1;
    try {
      await work();
      if (closing && waiting.length === 0) end();
    } catch (error) {
      refuse(error);
    } finally {
      busy = false;
    }
  };
  const timer = setInterval(() => void tick(), TICK_MS);

  const hear = (message: ToWriter): void => {
    if (message.type === 'write') {
      waiting.push(...message.operations);
      heardLast = message.last;
    } else if (message.type === 'beat') beat = message.time;
    else if (message.type === 'close') closing = true;
    if (message.type === 'hurry' || message.type === 'close') void tick();
  };
  return Promise.resolve({ hear, ended });
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
