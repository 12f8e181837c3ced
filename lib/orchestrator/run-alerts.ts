import type { Database } from '@/lib/db/open-database';
import type { RunId } from '@/lib/domain/run';
import { ALERT_WEBHOOK_VARIABLE, alertWebhook } from '@/lib/env';
import { createRunAlerts, type RunAlerts } from '@/lib/health/watch-run';
import { openWebhook } from '@/lib/health/webhook';
import { createMetricStore } from '@/lib/metrics/create-metric-store';
import { createRunStore } from '@/lib/run-store/create-run-store';

const NO_ALERTS: RunAlerts = { overhear: (writer) => writer, close: () => Promise.resolve() };

/** Alerts of a run as its environment asks for them: none unless a webhook is set. Trouble goes to the process's log. */
export function openRunAlerts(db: Database, runId: RunId): RunAlerts {
  const onTrouble = (message: string): void => console.error(message);
  const setting = alertWebhook();
  if (setting === null) return NO_ALERTS;
  if (setting === 'unusable') {
    onTrouble(`No alerts are sent: ${ALERT_WEBHOOK_VARIABLE} is not an http or https address.`);
    return NO_ALERTS;
  }
  return createRunAlerts({
    runId,
    sources: { runStore: createRunStore(db), metrics: createMetricStore(db) },
    webhook: openWebhook({ url: setting.url, onTrouble }),
    onTrouble,
  });
}
