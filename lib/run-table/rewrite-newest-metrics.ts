import type { Database } from '@/lib/db/open-database';
import type { RunId } from '@/lib/domain/run';
import type { MetricStore } from '@/lib/metrics/metric-store';

/**
 * Takes the newest value of each of a run's metrics from its current points: a new attempt makes points of the one
 * before stale, and a metric that is seldom written would go on showing one of them. For a time when nobody writes.
 */
export async function rewriteNewestMetrics(
  db: Database,
  metricStore: Pick<MetricStore, 'summaries'>,
  runId: RunId,
): Promise<void> {
  const summaries = await metricStore.summaries(runId);
  const data = summaries.map(({ key, last, lastStep: step }) => ({
    key,
    runId,
    step,
    value: Number.isFinite(last) ? last : null,
  }));
  await db.$transaction([db.runMetric.deleteMany({ where: { runId } }), db.runMetric.createMany({ data })]);
}
