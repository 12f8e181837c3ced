import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { migrateDatabase } from '@/lib/db/migrate-database';
import { openDatabase } from '@/lib/db/open-database';
import { orchestratedRuns } from '../orchestrated-run';
import { buildProcessBundles } from '../process-bundles';
import type { ChaosWorld } from './chaos-run';

/** A folder with a store, a recipe and the processes that a run is made of, built from today's sources. */
export async function openChaosWorld(
  migrationsDir: string,
): Promise<ChaosWorld & { close(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'galley-chaos-'));
  const url = `file:${path.join(folder, 'galley.db')}`;
  await migrateDatabase({ url, migrationsDir });
  await buildProcessBundles(folder);
  const db = await openDatabase({ url });
  const runs = await orchestratedRuns({ db, url, folder });
  return {
    runs,
    folder,
    close: async () => {
      await db.$disconnect();
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}
