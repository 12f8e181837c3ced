import { cp } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type Env, readEnv } from '@/lib/env';
import { createLauncher } from '@/lib/launch/create-launcher';
import type { Launcher } from '@/lib/launch/launch';
import { createRunStore } from '@/lib/run-store/create-run-store';
import type { RunStore } from '@/lib/run-store/run-store';
import { endEmbeddedService } from './end-embedded-service';
import { testDatabase } from './test-database';

const RECIPES = fileURLToPath(new URL('../../recipes', import.meta.url));

export type LaunchPlace = {
  readonly folder: string;
  readonly env: Env;
  readonly runStore: RunStore;
  readonly launcher: Launcher;
};

/** A launcher over a copy of the shipped `pig_latin`, with a store of its own; its embedded service ends with the test. */
export async function launchPlace(root: string): Promise<LaunchPlace> {
  const { db, url, folder } = await testDatabase();
  const recipes = path.join(folder, 'recipes');
  await cp(path.join(RECIPES, 'pig_latin'), path.join(recipes, 'pig_latin'), { recursive: true });
  const env = readEnv({
    GALLEY_ROOT: root,
    GALLEY_DATA_DIR: path.join(folder, 'data'),
    GALLEY_RECIPES_DIR: recipes,
    GALLEY_DATABASE_URL: url,
  });
  const runStore = createRunStore(db);
  onTestFinished(() => endEmbeddedService(env.dataDir));
  return { folder, env, runStore, launcher: createLauncher({ env, runStore }) };
}
