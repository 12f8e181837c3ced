import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type TestProject } from 'vitest/node';
import { migrateDatabase } from '@/lib/db/migrate-database';

declare module 'vitest' {
  interface ProvidedContext {
    /** A migrated, empty database that every test copies. */
    readonly migratedDatabase: string;
    /** Bundle of the run writer's worker. */
    readonly writerWorker: string;
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Makes one migrated database, and one bundle of the writer's worker, for all tests. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'galley-test-'));
  const database = path.join(folder, 'migrated.db');
  await migrateDatabase({ url: `file:${database}`, migrationsDir: path.join(root, 'prisma/migrations') });
  provide('migratedDatabase', database);

  // Bundles import packages by name and live outside the repository.
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  const writerWorker = path.join(folder, 'writer-worker.mjs');
  await build({
    entryPoints: [path.join(root, 'lib/run-store/writer-worker.ts')],
    outfile: writerWorker,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    tsconfig: path.join(root, 'tsconfig.json'),
    logLevel: 'warning',
  });
  provide('writerWorker', writerWorker);
  return () => rm(folder, { recursive: true, force: true });
}
