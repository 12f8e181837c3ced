import 'server-only';
import path from 'node:path';
import { migrateDatabase } from '@/lib/db/migrate-database';
import { openDatabase } from '@/lib/db/open-database';
import { type Env, readEnv } from '@/lib/env';
import { createMetricStore } from '@/lib/metrics/create-metric-store';
import type { MetricStore } from '@/lib/metrics/metric-store';
import { createRunStore } from '@/lib/run-store/create-run-store';
import type { RunStore } from '@/lib/run-store/run-store';
import { backfillRuns } from '@/lib/run-table/backfill-runs';
import { createRunTable } from '@/lib/run-table/create-run-table';
import type { RunTable } from '@/lib/run-table/run-table';
import { createTrajectoryStore } from '@/lib/trajectories/create-trajectory-store';
import type { TrajectoryStore } from '@/lib/trajectories/trajectory-store';
import { createEventFeed, type EventFeed } from './event-feed';
import { createRewardTrails, type RewardTrails } from './reward-trails';
import { tellLostRuns } from './tell-lost-runs';
import { watchForLostRuns } from './watch-for-lost-runs';

/** What the web process has open, once. */
export type Stores = {
  readonly env: Env;
  readonly runStore: RunStore;
  readonly metricStore: MetricStore;
  readonly trajectoryStore: TrajectoryStore;
  readonly feed: EventFeed;
  readonly rewardTrails: RewardTrails;
  readonly runTable: RunTable;
};

declare global {
  /** `next dev` loads this module again at every change; what is open must outlive that. */
  var galleyStores: Promise<Stores> | undefined;
}

/**
 * The stores of this process; opened, and the schema brought up to date, by the first who asks. Rejects with
 * `AppError('storage')` that says what, where and what to do; the next who asks tries again.
 */
export function stores(): Promise<Stores> {
  if (globalThis.galleyStores !== undefined) return globalThis.galleyStores;
  const opening = openStores(readEnv());
  globalThis.galleyStores = opening;
  opening.catch(() => {
    globalThis.galleyStores = undefined;
  });
  return opening;
}

async function openStores(env: Env): Promise<Stores> {
  await migrateDatabase({ url: env.databaseUrl, migrationsDir: path.join(env.root, 'prisma', 'migrations') });
  const database = await openDatabase({ url: env.databaseUrl });
  const runStore = createRunStore(database);
  const metricStore = createMetricStore(database);
  watchForLostRuns(runStore, (ids) => tellLostRuns({ runStore, dataDir: env.dataDir }, ids));
  await backfillRuns(database, { runStore, metricStore });
  return {
    env,
    runStore,
    metricStore,
    trajectoryStore: createTrajectoryStore(database),
    feed: createEventFeed(runStore),
    rewardTrails: createRewardTrails(metricStore),
    runTable: createRunTable(database),
  };
}
