import { cp, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { matching } from '@/lib/testing/matching';
import { testFolder } from '@/lib/testing/test-folder';
import { type Connection, openConnection } from './connection';
import { migrateDatabase } from './migrate-database';

async function folderWith(migrations: Readonly<Record<string, string>>): Promise<{
  readonly url: string;
  readonly migrationsDir: string;
  readonly folder: string;
}> {
  const folder = await testFolder();
  const migrationsDir = path.join(folder, 'migrations');
  for (const [name, sql] of Object.entries(migrations)) {
    await mkdir(path.join(migrationsDir, name), { recursive: true });
    await writeFile(path.join(migrationsDir, name, 'migration.sql'), sql);
  }
  return { url: `file:${path.join(folder, 'galley.db')}`, migrationsDir, folder };
}

async function withConnection<T>(url: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await openConnection(url);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

const tables = (url: string): Promise<readonly string[]> =>
  withConnection(url, async (connection) => {
    const rows = await connection.query(
      z.tuple([z.string()]),
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' ORDER BY name`,
    );
    return rows.map(([name]) => name);
  });

const CREATE_A = 'CREATE TABLE a (id INTEGER PRIMARY KEY);';
const CREATE_B =
  'CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a (id) ON DELETE CASCADE);\nINSERT INTO b (id) VALUES (1);';

describe('migrateDatabase', () => {
  it('applies what is missing, in the order of names, once', async () => {
    const { url, migrationsDir } = await folderWith({ '1_a': CREATE_A, '2_b': CREATE_B });
    await migrateDatabase({ url, migrationsDir });
    await migrateDatabase({ url, migrationsDir });
    expect(await tables(url)).toEqual(['a', 'b']);
  });

  it('brings an older database forward and keeps its rows', async () => {
    const { url, migrationsDir } = await folderWith({ '1_a': CREATE_A });
    await migrateDatabase({ url, migrationsDir });
    await withConnection(url, (connection) => connection.execute('INSERT INTO a (id) VALUES (7)'));
    await mkdir(path.join(migrationsDir, '2_b'));
    await writeFile(path.join(migrationsDir, '2_b', 'migration.sql'), CREATE_B);
    await migrateDatabase({ url, migrationsDir });
    const rows = await withConnection(url, (connection) =>
      connection.query(z.tuple([z.number()]), 'SELECT id FROM a'),
    );
    expect(rows).toEqual([[7]]);
    expect(await tables(url)).toEqual(['a', 'b']);
  });

  it('may be called by many at once', async () => {
    const { url, migrationsDir } = await folderWith({ '1_a': CREATE_A, '2_b': CREATE_B });
    await Promise.all(Array.from({ length: 8 }, () => migrateDatabase({ url, migrationsDir })));
    const rows = await withConnection(url, (connection) =>
      connection.query(z.tuple([z.number()]), 'SELECT id FROM b'),
    );
    expect(rows).toEqual([[1]]);
  });

  it('keeps the rows that refer to a table that a migration rebuilds', async () => {
    const { url, migrationsDir } = await folderWith({
      '1_a': CREATE_A,
      '2_b': CREATE_B,
      '3_fill': 'INSERT INTO a (id) VALUES (3);\nUPDATE b SET a = 3;',
      '4_rebuild': `CREATE TABLE new_a (id INTEGER PRIMARY KEY, note TEXT);
        INSERT INTO new_a (id) SELECT id FROM a;
        DROP TABLE a;
        ALTER TABLE new_a RENAME TO a;`,
    });
    await migrateDatabase({ url, migrationsDir });
    const rows = await withConnection(url, (connection) =>
      connection.query(z.tuple([z.number(), z.number()]), 'SELECT id, a FROM b'),
    );
    expect(rows).toEqual([[1, 3]]);
  });

  it('leaves nothing of a migration that fails half way', async () => {
    const { url, migrationsDir } = await folderWith({
      '1_a': CREATE_A,
      '2_broken': 'CREATE TABLE half (id INTEGER);\nINSERT INTO nowhere VALUES (1);',
    });
    await expect(migrateDatabase({ url, migrationsDir })).rejects.toThrow('nowhere');
    expect(await tables(url)).toEqual(['a']);
  });

  it('refuses a database of a newer Galley and changes nothing in it', async () => {
    const { url, migrationsDir, folder } = await folderWith({ '1_a': CREATE_A });
    const newer = path.join(folder, 'newer');
    await cp(migrationsDir, newer, { recursive: true });
    await mkdir(path.join(newer, '9_future'));
    await writeFile(path.join(newer, '9_future', 'migration.sql'), CREATE_B);
    await migrateDatabase({ url, migrationsDir: newer });
    const before = await tables(url);
    await expect(migrateDatabase({ url, migrationsDir })).rejects.toMatchObject({
      code: 'storage',
      message: matching(/galley\.db was written by a newer Galley .*9_future.*Nothing was changed/),
    });
    expect(await tables(url)).toEqual(before);
    expect(before).toEqual(['a', 'b']);
  });

  it('refuses a database made with another version of a migration', async () => {
    const { url, migrationsDir } = await folderWith({ '1_a': CREATE_A });
    await migrateDatabase({ url, migrationsDir });
    await writeFile(path.join(migrationsDir, '1_a', 'migration.sql'), `${CREATE_A} -- edited`);
    await expect(migrateDatabase({ url, migrationsDir })).rejects.toMatchObject({ code: 'storage' });
  });
});
