import type { Database } from '@/lib/db/open-database';
import { RunId } from '@/lib/domain/run';
import type { MetricStore } from '@/lib/metrics/metric-store';
import { insertConfig } from '@/lib/run-store/insert-config';
import type { RunStore } from '@/lib/run-store/run-store';
import { rewriteNewestMetrics } from './rewrite-newest-metrics';

/** Runs of before the runs table knew configurations and newest metrics get both, once. No process of today writes them. */
export async function backfillRuns(
  db: Database,
  stores: { readonly runStore: RunStore; readonly metricStore: MetricStore },
): Promise<void> {
  const old = await db.run.findMany({
    where: { config: { none: {} } },
    select: { id: true, idempotencyKey: true },
  });
  for (const { id, idempotencyKey } of old) {
    const runId = RunId.parse(id);
    const { resolved } = await stores.runStore.snapshot(runId);
    await insertConfig(db, idempotencyKey, resolved);
    await rewriteNewestMetrics(db, stores.metricStore, runId);
  }
}
