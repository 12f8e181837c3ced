import { expect, test } from 'vitest';
import { createMetricStore } from '@/lib/metrics/create-metric-store';
import { claimRun } from '@/lib/run-store/claim-run';
import { createRunStore } from '@/lib/run-store/create-run-store';
import { openRunWriter } from '@/lib/run-store/open-run-writer';
import type { RunStore } from '@/lib/run-store/run-store';
import type { RunWriter } from '@/lib/run-store/run-writer';
import { aNewRun } from '@/lib/testing/builders';
import { testDatabase, testWriterWorker } from '@/lib/testing/test-database';
import { createRunAlerts, type RunAlerts, type RunAlertsOptions } from './watch-run';

test('a run that fails tells so, with its step and its reason', async () => {
  const { sent, writer, alerts } = await aWatchedRun();
  writer.status('running', null);
  writer.progress({ step: 7, phase: 'rollout', trainSeconds: 7 });
  writer.status('failed', 'The evaluator broke.');
  await end(writer, alerts);
  expect(sent).toEqual([
    'Run 1, watched: Running at step 0 of 100.',
    'Run 1, watched: Failed at step 7 of 100. The evaluator broke.',
  ]);
});

test('a severe advisory is told once, with its numbers', async () => {
  const { sent, writer, alerts } = await aWatchedRun();
  writer.status('running', null);
  write(writer, 20, (step) => (step < 12 ? 0.1 : NaN));
  await end(writer, alerts);
  const severe = sent.filter((text) => text.includes('not a number'));
  expect(severe).toHaveLength(1);
  expect(severe[0]).toContain('since step 12');
});

test('a run that hangs is told of although it says nothing', async () => {
  const clock = { now: Date.now() };
  const { sent, writer, alerts } = await aWatchedRun({ now: () => clock.now, lookEveryMs: 5 });
  writer.status('running', null);
  for (let step = 0; step < 5; step += 1) {
    writer.append({ kind: 'metrics', step, values: { 'timing/step': 1 } });
  }
  await writer.flush();
  clock.now += 10 * 60_000;
  await expect.poll(() => sent.filter((text) => text.includes('No step is completed'))).toHaveLength(1);
  await end(writer, alerts);
});

test('what an earlier process told, and what is muted, is not told', async () => {
  const { runStore, db, sent, writer, alerts } = await aWatchedRun();
  write(writer, 20, () => NaN);
  await end(writer, alerts);
  expect(sent.filter((text) => text.includes('not a number'))).toHaveLength(1);

  const run = (await runStore.list()).runs[0];
  if (run === undefined) throw new Error('no run');
  const again: string[] = [];
  const next = createRunAlerts({ ...aReceiver(again), runId: run.id, sources: sourcesOf(db, runStore) });
  await next.close();
  expect(again).toEqual([]);
});

type Watched = {
  readonly db: Parameters<typeof createRunStore>[0];
  readonly runStore: RunStore;
  readonly sent: readonly string[];
  readonly writer: RunWriter;
  readonly alerts: RunAlerts;
};

async function aWatchedRun(timing: Pick<RunAlertsOptions, 'now' | 'lookEveryMs'> = {}): Promise<Watched> {
  const { db, url } = await testDatabase();
  const runStore = createRunStore(db);
  const { id } = await runStore.create(aNewRun({ name: 'watched' }));
  const sent: string[] = [];
  const alerts = createRunAlerts({
    ...aReceiver(sent),
    ...timing,
    runId: id,
    sources: sourcesOf(db, runStore),
  });
  const { attempt } = await claimRun(db, { runId: id });
  const writer = await openRunWriter({ databaseUrl: url, attempt, workerUrl: testWriterWorker() });
  return { db, runStore, sent, writer: alerts.overhear(writer), alerts };
}

function sourcesOf(db: Watched['db'], runStore: RunStore) {
  return { runStore, metrics: createMetricStore(db) };
}

function aReceiver(sent: string[]) {
  return {
    webhook: { send: (text: string) => void sent.push(text), close: () => Promise.resolve() },
    onTrouble: (message: string): never => {
      throw new Error(message);
    },
  };
}

function write(writer: RunWriter, steps: number, loss: (step: number) => number): void {
  for (let step = 0; step < steps; step += 1) {
    writer.append({ kind: 'metrics', step, values: { 'training/loss': loss(step) } });
  }
}

async function end(writer: RunWriter, alerts: RunAlerts): Promise<void> {
  await writer.close();
  await alerts.close();
}
