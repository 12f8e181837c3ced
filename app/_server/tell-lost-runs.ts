import 'server-only';
import type { RunId } from '@/lib/domain/run';
import { alertWebhook } from '@/lib/env';
import { statusText } from '@/lib/health/alert-text';
import { openWebhook } from '@/lib/health/webhook';
import type { RunStore } from '@/lib/run-store/run-store';
import { fullEnvironment } from '@/lib/secrets/recipe-secrets';

/** A process that vanished can tell nobody: this one does, if a webhook is set. */
export async function tellLostRuns(
  { runStore, dataDir }: { readonly runStore: Pick<RunStore, 'get'>; readonly dataDir: string },
  ids: readonly RunId[],
): Promise<void> {
  if (ids.length === 0) return;
  const setting = alertWebhook((await fullEnvironment(dataDir)).values);
  if (setting === null || setting === 'unusable') return;
  const webhook = openWebhook({ url: setting.url, onTrouble: (message) => console.warn(message) });
  for (const id of ids) {
    const run = await runStore.get(id);
    webhook.send(statusText(run, run.status, run.reason));
  }
  await webhook.close();
}
