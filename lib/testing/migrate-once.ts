import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { migrateDatabase } from '@/lib/db/migrate-database';
import { bundleForTest } from './bundle-for-test';

declare module 'vitest' {
  interface ProvidedContext {
    /** A migrated, empty database that every test copies. */
    readonly migratedDatabase: string;
    /** Bundle of the run writer's worker. */
    readonly writerWorker: string;
  }
}

const migrationsDir = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

/** Makes one migrated database, and one bundle of the writer's worker, for all tests. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'galley-test-'));
  const database = path.join(folder, 'migrated.db');
  await migrateDatabase({ url: `file:${database}`, migrationsDir });
  provide('migratedDatabase', database);
  provide('writerWorker', await bundleForTest('lib/run-store/writer-worker.ts', folder));
  return () => rm(folder, { recursive: true, force: true });
}
