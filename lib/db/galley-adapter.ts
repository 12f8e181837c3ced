import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import type {
  SqlDriverAdapter,
  SqlDriverAdapterFactory,
  SqlQueryable,
  Transaction,
} from '@prisma/driver-adapter-utils';
import { AppError } from '@/lib/shared/app-error';
import { createMutex } from './mutex';
import { asStorageError, databaseFile } from './storage-fault';

/** With libSQL's default of 0 several writers see SQLITE_BUSY all the time; the longest commit takes far less. */
const BUSY_TIMEOUT_MS = 5000;

const NO_ARGS = { args: [], argTypes: [] };

/** Numbers in milliseconds instead of ISO text: comparable, half the size, and what raw statements write. */
const TIMESTAMPS = { timestampFormat: 'unixepoch-ms' } as const;

/** Carries an `AppError` through Prisma's client, which would rewrite every error that has a `code`. */
class Refused extends Error {
  readonly refusal: AppError;

  constructor(refusal: AppError) {
    super(refusal.message, { cause: refusal });
    this.refusal = refusal;
  }
}

/** Runs what uses the adapter, so that storage faults come out as `AppError('storage')`. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Refused ? error.refusal : error;
  }
}

function carry(error: unknown, url: string): unknown {
  const translated = asStorageError(error, url);
  return translated instanceof AppError ? new Refused(translated) : translated;
}

/**
 * Prisma's libSQL adapter with two things changed. Its transactions take the connection away and the next query opens
 * a new one, which leaks two file descriptors per transaction until a garbage collection and forgets the PRAGMAs: here
 * a transaction is BEGIN … COMMIT on the one connection. And storage faults become `Refused`.
 */
export function galleyAdapter(url: string): SqlDriverAdapterFactory {
  const factory = new PrismaLibSql({ url, timeout: BUSY_TIMEOUT_MS }, TIMESTAMPS);
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => {
      try {
        const file = databaseFile(url);
        if (path.isAbsolute(file)) await mkdir(path.dirname(file), { recursive: true });
        const inner = await factory.connect();
        await prepare(inner);
        return serialAdapter(inner, url);
      } catch (error) {
        throw carry(error, url);
      }
    },
  };
}

async function prepare(connection: SqlDriverAdapter): Promise<void> {
  const { rows } = await connection.queryRaw({ sql: 'PRAGMA journal_mode', ...NO_ARGS });
  // Asked first because setting it needs a lock that a busy store may not give.
  if (rows[0]?.[0] !== 'wal') await connection.queryRaw({ sql: 'PRAGMA journal_mode = WAL', ...NO_ARGS });
  await connection.executeRaw({ sql: 'PRAGMA synchronous = NORMAL', ...NO_ARGS });
  await connection.executeRaw({ sql: 'PRAGMA foreign_keys = ON', ...NO_ARGS });
}

function serialAdapter(inner: SqlDriverAdapter, url: string): SqlDriverAdapter {
  const mutex = createMutex();
  const translate = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw carry(error, url);
    }
  };
  const alone = async <T>(work: () => Promise<T>): Promise<T> => {
    const release = await mutex.acquire();
    try {
      return await translate(work);
    } finally {
      release();
    }
  };
  const queryable: SqlQueryable = {
    provider: inner.provider,
    adapterName: inner.adapterName,
    queryRaw: (query) => translate(() => inner.queryRaw(query)),
    executeRaw: (query) => translate(() => inner.executeRaw(query)),
  };
  return {
    provider: inner.provider,
    adapterName: inner.adapterName,
    queryRaw: (query) => alone(() => inner.queryRaw(query)),
    executeRaw: (query) => alone(() => inner.executeRaw(query)),
    executeScript: (script) => alone(() => inner.executeScript(script)),
    startTransaction: async () => {
      const release = await mutex.acquire();
      try {
        // IMMEDIATE: a transaction that starts by reading could otherwise fail when it first writes.
        await queryable.executeRaw({ sql: 'BEGIN IMMEDIATE', ...NO_ARGS });
      } catch (error) {
        release();
        throw error;
      }
      return transactionOn(queryable, release);
    },
    dispose: () => inner.dispose(),
  };
}

function transactionOn(queryable: SqlQueryable, release: () => void): Transaction {
  const run = async (sql: string): Promise<void> => {
    await queryable.executeRaw({ sql, ...NO_ARGS });
  };
  const end = async (sql: string): Promise<void> => {
    try {
      await run(sql);
    } finally {
      release();
    }
  };
  return {
    ...queryable,
    options: { usePhantomQuery: true },
    commit: async () => {
      try {
        await run('COMMIT');
      } catch (error) {
        // A commit that fails (full disk) leaves the transaction open on the one connection.
        await run('ROLLBACK').catch(() => undefined);
        throw error;
      } finally {
        release();
      }
    },
    rollback: () => end('ROLLBACK').catch(() => undefined),
    createSavepoint: (name) => run(`SAVEPOINT ${name}`),
    rollbackToSavepoint: (name) => run(`ROLLBACK TO ${name}`),
    releaseSavepoint: (name) => run(`RELEASE SAVEPOINT ${name}`),
  };
}
