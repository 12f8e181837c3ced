import type { ArgType, SqlQueryable } from '@prisma/driver-adapter-utils';
import { z } from 'zod';
import { galleyAdapter, refusing } from './galley-adapter';

export type SqlValue = string | number | bigint | boolean | null | Date | Uint8Array;

export type Statements = {
  /** Rows as arrays of cells in the order of the columns, checked against the row's shape. */
  query<T>(row: z.ZodType<T>, sql: string, args?: readonly SqlValue[]): Promise<readonly T[]>;
  /** Resolves with the number of rows changed. */
  execute(sql: string, args?: readonly SqlValue[]): Promise<number>;
};

/** A connection without Prisma's client on top, for the hot write path and for migrations. */
export type Connection = Statements & {
  /** Several statements separated by semicolons, without arguments. */
  script(sql: string): Promise<void>;
  /** All or nothing; whatever `work` throws rolls back. */
  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

export async function openConnection(url: string): Promise<Connection> {
  const adapter = await refusing(() => galleyAdapter(url).connect());
  return {
    ...statementsOn(adapter),
    script: (sql) => refusing(() => adapter.executeScript(sql)),
    transaction: async (work) => {
      const transaction = await refusing(() => adapter.startTransaction());
      const result = await work(statementsOn(transaction)).catch(async (error: unknown) => {
        await transaction.rollback();
        throw error;
      });
      // A commit that fails has rolled back by itself.
      await refusing(() => transaction.commit());
      return result;
    },
    close: () => adapter.dispose(),
  };
}

function statementsOn(queryable: SqlQueryable): Statements {
  return {
    query: async (row, sql, args = []) => {
      const { rows } = await refusing(() =>
        queryable.queryRaw({ sql, args: [...args], argTypes: args.map(argType) }),
      );
      return z.array(row).parse(rows);
    },
    execute: (sql, args = []) =>
      refusing(() => queryable.executeRaw({ sql, args: [...args], argTypes: args.map(argType) })),
  };
}

function argType(value: SqlValue): ArgType {
  return { scalarType: value instanceof Date ? 'datetime' : 'unknown', arity: 'scalar' };
}
