import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { AppError } from '@/lib/shared/app-error';
import { matching } from '@/lib/testing/matching';
import { testDatabase } from '@/lib/testing/test-database';
import { testFolder } from '@/lib/testing/test-folder';
import { migrateDatabase } from './migrate-database';
import { openDatabase } from './open-database';

describe('openDatabase', () => {
  it('makes the folder and an empty file where there is none', async () => {
    const folder = path.join(await testFolder(), 'new', 'data');
    const db = await openDatabase({ url: `file:${path.join(folder, 'galley.db')}` });
    await db.$disconnect();
    expect(readdirSync(folder)).toContain('galley.db');
  });

  it.each([
    ['text', Buffer.from('this is no database at all, only a text of some length\n'.repeat(40))],
    ['a damaged header', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(8192, 0xab)])],
  ])('names a file that holds %s, says what to do, and changes nothing', async (_what, bytes) => {
    const file = path.join(await testFolder(), 'galley.db');
    await writeFile(file, bytes);
    const refusal = {
      code: 'storage',
      message: matching(
        /galley\.db is not a usable database.*Nothing in it was changed\. Restore a copy.*move it aside/,
      ),
    };
    await expect(openDatabase({ url: `file:${file}` })).rejects.toBeInstanceOf(AppError);
    await expect(openDatabase({ url: `file:${file}` })).rejects.toMatchObject(refusal);
    await expect(
      migrateDatabase({ url: `file:${file}`, migrationsDir: 'prisma/migrations' }),
    ).rejects.toMatchObject(refusal);
    expect(await readFile(file)).toEqual(bytes);
  });

  it('tells which folder cannot hold the database', async () => {
    const file = path.join(await testFolder(), 'a-file');
    await writeFile(file, '');
    await expect(openDatabase({ url: `file:${path.join(file, 'galley.db')}` })).rejects.toMatchObject({
      code: 'storage',
      message: matching(/a-file\/galley\.db cannot be opened.*GALLEY_DATA_DIR/),
    });
  });

  it('refuses writes to a full disk, keeps what is stored, and goes on when there is room', async () => {
    const { db } = await testDatabase();
    const write = (text: string) =>
      db.$executeRaw`INSERT INTO "Run" ("name", "recipe", "variant", "backend", "status", "totalSteps", "overrides", "createdAt", "idempotencyKey")
        VALUES (${text}, 'r', 'v', 'embedded', 'queued', 1, '[]', 0, ${text})`;
    await write('before');
    await db.$queryRawUnsafe('PRAGMA max_page_count = 1');
    const large = 'x'.repeat(1_000_000);
    await expect(write(large)).rejects.toBeInstanceOf(AppError);
    await expect(write(large)).rejects.toMatchObject({
      code: 'storage',
      message: matching(/The disk that holds .*galley\.db is full/),
    });
    await expect(db.$transaction([write('in a transaction'), write(large)])).rejects.toBeInstanceOf(AppError);
    expect(await db.run.count()).toBe(1);
    await db.$queryRawUnsafe('PRAGMA max_page_count = 1000000');
    await write(large);
    expect(await db.run.count()).toBe(2);
  });
});

describe('transactions', () => {
  it.runIf(process.platform === 'linux')(
    'keep the one connection, so that no file descriptor leaks',
    async () => {
      const { db } = await testDatabase();
      const descriptors = (): number => readdirSync('/proc/self/fd').length;
      const noop = () => db.$executeRaw`UPDATE "Run" SET "step" = 1`;
      await db.$transaction([noop(), noop()]);
      const before = descriptors();
      for (let round = 0; round < 50; round += 1) await db.$transaction([noop(), noop()]);
      expect(descriptors() - before).toBeLessThan(10);
      expect(await db.$queryRaw`PRAGMA synchronous`).toEqual([{ synchronous: 1 }]);
    },
  );

  it('leave nothing behind when a statement fails, while other queries wait for their end', async () => {
    const { db } = await testDatabase();
    const failing = db.$transaction([
      db.$executeRaw`INSERT INTO "Run" ("name", "recipe", "variant", "backend", "status", "totalSteps", "overrides", "createdAt", "idempotencyKey")
        VALUES ('n', 'r', 'v', 'embedded', 'queued', 1, '[]', 0, 'k')`,
      db.$executeRaw`INSERT INTO "Nowhere" VALUES (1)`,
    ]);
    const [outcome, count] = await Promise.allSettled([failing, db.run.count()]);
    expect(outcome.status).toBe('rejected');
    expect(count).toEqual({ status: 'fulfilled', value: 0 });
  });
});
