import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { GET as listRecipes } from '@/app/api/recipes/route';
import { GET as listRuns } from '@/app/api/runs/route';
import { testFolder } from '@/lib/testing/test-folder';

afterEach(() => {
  vi.unstubAllEnvs();
  globalThis.galleyRecipeFiles = undefined;
});

test('recipes are served while the store cannot be used, and runs are refused with the reason', async () => {
  const folder = await testFolder();
  const database = path.join(folder, 'galley.db');
  await writeFile(database, 'this is no database '.repeat(1000));
  vi.stubEnv('GALLEY_DATA_DIR', folder);
  vi.stubEnv('GALLEY_DATABASE_URL', `file:${database}`);
  const context = { params: Promise.resolve({}) };

  const recipes = await listRecipes(new Request('http://127.0.0.1:3000/api/recipes'), context);
  expect(recipes.status).toBe(200);

  const runs = await listRuns(new Request('http://127.0.0.1:3000/api/runs'), context);
  expect([runs.status, await runs.json()]).toMatchObject([507, { error: { code: 'storage' } }]);
});
