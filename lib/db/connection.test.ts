import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { testDatabase } from '@/lib/testing/test-database';
import { openConnection } from './connection';

it('is usable after a commit that the database refused', async () => {
  const { url } = await testDatabase();
  const connection = await openConnection(url);
  onTestFinished(() => connection.close());
  const orphan = connection.transaction(async (statements) => {
    // The broken reference shows at the commit only.
    await statements.execute('PRAGMA defer_foreign_keys = ON');
    await statements.execute(`INSERT INTO "RecipeSnapshot" ("runId", "data") VALUES (99, x'00')`);
  });
  await expect(orphan).rejects.toThrow();
  const count = await connection.transaction((statements) =>
    statements.query(z.tuple([z.number()]), 'SELECT count(*) FROM "RecipeSnapshot"'),
  );
  expect(count).toEqual([[0]]);
});

it('refuses a statement that the disk has no room for with what to do, like everything else', async () => {
  const { url } = await testDatabase();
  const connection = await openConnection(url);
  onTestFinished(() => connection.close());
  // Stands for a full disk: the file may not grow any more.
  await connection.query(z.tuple([z.number()]), 'PRAGMA max_page_count = 1');
  const write = connection.execute('CREATE TABLE "Large" AS SELECT zeroblob(1000000) AS "data"');
  await expect(write).rejects.toMatchObject({ name: 'AppError', code: 'storage' });
});
