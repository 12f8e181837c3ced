import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { AppError } from '@/lib/shared/app-error';
import { type Connection, openConnection } from './connection';
import { databaseFile } from './storage-fault';

type Migration = { readonly name: string; readonly sql: string; readonly checksum: string };

/** Same table as Prisma's own `migrate`, so that its tools can read our databases. */
const JOURNAL = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL,
  "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
  "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`;

const AppliedRow = z.tuple([z.string(), z.string()]);
const CountRow = z.tuple([z.coerce.number()]);

/**
 * Brings a database to this Galley's schema: applies, each in a transaction of its own, the migrations that it lacks.
 * Several processes may do so at once. Not the schema engine's `applyMigrations`: it takes no lock on SQLite.
 */
export async function migrateDatabase(options: {
  readonly url: string;
  readonly migrationsDir: string;
}): Promise<void> {
  const migrations = await readMigrations(options.migrationsDir);
  const connection = await openConnection(options.url);
  try {
    const file = databaseFile(options.url);
    let applied = await readApplied(connection);
    refuseStrangers(migrations, applied, file);
    for (const migration of migrations) {
      if (applied.has(migration.name)) continue;
      await applyMigration(connection, migration);
      applied = await readApplied(connection);
    }
    refuseStrangers(migrations, applied, file);
  } finally {
    await connection.close();
  }
}

async function readMigrations(migrationsDir: string): Promise<readonly Migration[]> {
  const entries = await readdir(migrationsDir, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(path.join(migrationsDir, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function readApplied(connection: Connection): Promise<ReadonlyMap<string, string>> {
  const [found] = await connection.query(
    CountRow,
    `SELECT count(*) FROM sqlite_master WHERE name = '_prisma_migrations'`,
  );
  if (found?.[0] !== 1) return new Map();
  const rows = await connection.query(
    AppliedRow,
    `SELECT "migration_name", "checksum" FROM "_prisma_migrations"
     WHERE "finished_at" IS NOT NULL AND "rolled_back_at" IS NULL`,
  );
  return new Map(rows);
}

function refuseStrangers(
  migrations: readonly Migration[],
  applied: ReadonlyMap<string, string>,
  file: string,
): void {
  const known = new Map(migrations.map((migration) => [migration.name, migration.checksum]));
  for (const [name, checksum] of applied) {
    const expected = known.get(name);
    if (expected === undefined) {
      throw new AppError(
        'storage',
        `${file} was written by a newer Galley (it has the migration ${name}, unknown here). Nothing was changed. Update Galley, or set GALLEY_DATA_DIR to another folder.`,
      );
    }
    if (expected !== checksum) {
      throw new AppError(
        'storage',
        `${file} was made with another version of the migration ${name}. Nothing was changed. Restore the file prisma/migrations/${name}/migration.sql, or set GALLEY_DATA_DIR to another folder.`,
      );
    }
  }
}

/**
 * One script, so that it is one transaction. Its first insert decides a race: when another process has applied the
 * same migration meanwhile, the primary key refuses and nothing happens here.
 */
async function applyMigration(connection: Connection, migration: Migration): Promise<void> {
  // A dropped table would take the rows that refer to it along. Has no effect inside a transaction, hence before it.
  await connection.execute('PRAGMA foreign_keys = OFF');
  try {
    await connection.script(`BEGIN IMMEDIATE;
      ${JOURNAL};
      INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "started_at", "finished_at", "applied_steps_count")
        VALUES (${quote(migration.name)}, ${quote(migration.checksum)}, ${quote(migration.name)}, ${Date.now()}, ${Date.now()}, 1);
      ${migration.sql}
      COMMIT;`);
  } catch (error) {
    const applied = await readApplied(connection);
    if (!applied.has(migration.name)) throw error;
  } finally {
    await connection.execute('PRAGMA foreign_keys = ON');
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
