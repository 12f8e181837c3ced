import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Database } from '@/lib/db/open-database';
import type { RunId } from '@/lib/domain/run';
import { createMetricStore } from '@/lib/metrics/create-metric-store';
import { aNewRun, aNewTrajectory } from '@/lib/testing/builders';
import { matching } from '@/lib/testing/matching';
import { testDatabase, testWriterWorker } from '@/lib/testing/test-database';
import { createTrajectoryStore } from '@/lib/trajectories/create-trajectory-store';
import { claimRun } from './claim-run';
import { createRunStore } from './create-run-store';
import { openRunWriter } from './open-run-writer';
import type { RunStore } from './run-store';
import type { RunWriter } from './run-writer';

type Setup = {
  readonly db: Database;
  readonly folder: string;
  readonly store: RunStore;
  readonly runId: RunId;
  readonly writer: RunWriter;
};

async function writing(): Promise<Setup> {
  const { db, url, folder } = await testDatabase();
  const store = createRunStore(db);
  const { id: runId } = await store.create(aNewRun());
  const { attempt } = await claimRun(db, { runId });
  const writer = await openRunWriter({ databaseUrl: url, attempt, workerUrl: testWriterWorker() });
  onTestFinished(() => writer.close().catch(() => undefined));
  return { db, folder, store, runId, writer };
}

describe('openRunWriter', () => {
  it('forgets checkpoints whose folders are gone', async () => {
    const { store, runId, writer } = await writing();
    for (const [step, kept] of [
      [10, [10]],
      [20, [10, 20]],
      [30, [20, 30]],
    ] as const) {
      writer.checkpoint({ step, path: `step-${step}`, bytes: 1, kept });
    }
    await writer.flush();
    expect((await store.checkpoints(runId)).map(({ step }) => step)).toEqual([30, 20]);
  });

  it('has on disk, in order, all that was said before a flush', async () => {
    const { db, store, runId, writer } = await writing();
    writer.status('running', null);
    writer.append({ kind: 'log', level: 'info', source: 'controller', message: 'one' });
    writer.append({ kind: 'metrics', step: 0, values: { reward: 0.5, loss: Number.NaN } });
    writer.trajectories(0, { validation: false, failed: 1, rows: [aNewTrajectory()] });
    writer.progress({ step: 1, phase: 'preparing', trainSeconds: 2 });
    writer.checkpoint({ step: 1, path: 'runs/1/step-1', bytes: 10, kept: [1] });
    await writer.flush();

    const events = await store.events({ runs: [runId], after: 0, limit: 100 });
    expect(events.map(({ kind }) => kind)).toEqual([
      'status',
      'status',
      'status',
      'log',
      'metrics',
      'trajectories',
      'checkpoint',
    ]);
    expect(events[4]).toMatchObject({ values: { reward: 0.5, loss: Number.NaN } });
    expect(await store.get(runId)).toMatchObject({
      status: 'running',
      step: 1,
      phase: 'preparing',
      trainSeconds: 2,
      lastSeq: events.at(-1)?.seq,
    });
    expect(await store.checkpoints(runId)).toMatchObject([{ step: 1, path: 'runs/1/step-1' }]);
    const { rows } = await createTrajectoryStore(db).list({
      runId,
      step: 0,
      validation: false,
      sort: 'order',
      limit: 10,
      offset: 0,
    });
    expect(rows).toHaveLength(1);
    const { series } = await createMetricStore(db).ranges({ runId, keys: ['reward'], width: 100 });
    expect(series[0]?.last).toEqual([0.5]);
  });

  it('brings commands, also those written before anybody listened', async () => {
    const { store, runId, writer } = await writing();
    await store.command(runId, 'pause');
    const heard: string[] = [];
    await new Promise<void>((resolve) => {
      writer.onCommand((kind) => {
        heard.push(kind);
        resolve();
      });
    });
    expect(heard).toEqual(['pause']);
  });

  it('refuses everything, and closes, once another process owns the run', async () => {
    const { db, store, runId, writer } = await writing();
    const troubles: string[] = [];
    writer.onTrouble((message) => troubles.push(message));
    await store.transition(runId, 'lost', null);
    await store.transition(runId, 'queued', null);
    await claimRun(db, { runId });
    writer.append({ kind: 'log', level: 'info', source: 'controller', message: 'too late' });
    await expect(writer.flush()).rejects.toMatchObject({ code: 'conflict' });
    expect(troubles).toEqual([matching(/no longer owns run/)]);
    expect(() => writer.progress({ step: 1, phase: null, trainSeconds: 0 })).toThrow(/no longer owns run/);
    await expect(writer.close()).rejects.toMatchObject({ code: 'conflict' });
    expect(await store.logs(runId, { limit: 1 })).toEqual([]);
  });

  it('says at once that the store cannot be opened', async () => {
    const { writer, folder } = await writing();
    const file = path.join(folder, 'broken.db');
    await writeFile(file, 'no database '.repeat(1000));
    const opening = openRunWriter({
      databaseUrl: `file:${file}`,
      attempt: writer.attempt,
      workerUrl: testWriterWorker(),
    });
    await expect(opening).rejects.toMatchObject({
      code: 'storage',
      message: matching(/broken\.db is not a usable/),
    });
  });
});
