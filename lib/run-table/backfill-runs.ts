import type { Database } from '@/lib/db/open-database';
import { RunId } from '@/lib/domain/run';
import type { MetricStore } from '@/lib/metrics/metric-store';
import { insertConfig } from '@/lib/run-store/insert-config';
import type { RunStore } from '@/lib/run-store/run-store';

/** Runs of before the runs table knew configurations and newest metrics get both, once. */
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
    const summaries = await stores.metricStore.summaries(runId);
    for (const { key, last, lastStep: step } of summaries) {
      const value = Number.isFinite(last) ? last : null;
      await db.runMetric.upsert({
        where: { key_runId: { key, runId: id } },
        create: { key, runId: id, step, value },
        // what was written since is newer
        update: {},
      });
    }
  }
}
