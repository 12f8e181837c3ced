import type { Run } from '@/lib/domain/run';
import { assessHealth, HEALTH_WIDTH } from '@/lib/insight/health/assess-health';
import type { Health } from '@/lib/insight/health/health';
import { HEALTH_KEYS } from '@/lib/insight/health/rules/all-rules';
import type { MetricStore } from '@/lib/metrics/metric-store';
import type { RunStore } from '@/lib/run-store/run-store';

export type HealthSources = {
  readonly runStore: Pick<RunStore, 'get' | 'snapshot' | 'statusSince' | 'advisories' | 'mutes'>;
  readonly metrics: Pick<MetricStore, 'ranges'>;
};

/** A run's health, and which of its advisories somebody muted. */
export type RunHealth = { readonly health: Health; readonly muted: readonly string[] };

/** Judges a run by what is stored of it. `now`: Unix milliseconds. Rejects with `AppError('not_found')`. */
export async function readHealth(
  { runStore, metrics }: HealthSources,
  id: Run['id'],
  now: number,
): Promise<RunHealth> {
  const run = await runStore.get(id);
  const [{ resolved }, since, told, muted, { series }] = await Promise.all([
    runStore.snapshot(id),
    runStore.statusSince(id),
    runStore.advisories(id),
    runStore.mutes(id),
    metrics.ranges({ runId: id, keys: HEALTH_KEYS, width: HEALTH_WIDTH }),
  ]);
  const events = told.map(({ code, severity, message, step, time }) => ({
    code,
    severity,
    message,
    step,
    time: Date.parse(time),
  }));
  const statusSince = since === null ? null : Date.parse(since);
  const input = { run, statusSince, config: resolved, series, told: events, now };
  return { health: assessHealth(input), muted };
}
