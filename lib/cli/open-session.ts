import path from 'node:path';
import { migrateDatabase } from '@/lib/db/migrate-database';
import { openDatabase } from '@/lib/db/open-database';
import type { Env } from '@/lib/env';
import { createLauncher } from '@/lib/launch/create-launcher';
import { createMetricStore } from '@/lib/metrics/create-metric-store';
import { createRunTable } from '@/lib/run-table/create-run-table';
import { createRunStore } from '@/lib/run-store/create-run-store';
import { createTrajectoryStore } from '@/lib/trajectories/create-trajectory-store';
import type { Session } from './session';

/** Brings the store up to date and opens it. Rejects with `AppError('storage')` when it cannot be used. */
export async function openSession(env: Env): Promise<Session> {
  const url = env.databaseUrl;
  await migrateDatabase({ url, migrationsDir: path.join(env.root, 'prisma/migrations') });
  const database = await openDatabase({ url });
  const runStore = createRunStore(database);
  return {
    runStore,
    metrics: createMetricStore(database),
    trajectories: createTrajectoryStore(database),
    launcher: createLauncher({ env, runStore }),
    runTable: createRunTable(database),
    close: () => database.$disconnect(),
  };
}
