import { describe, expect, it, onTestFinished } from 'vitest';
import { type Database } from '@/lib/db/open-database';
import { type RunId } from '@/lib/domain/run';
import { createMetricStore } from '@/lib/metrics/create-metric-store';
import { aNewRun, aNewTrajectory } from '@/lib/testing/builders';
import { testDatabase, testWriterWorker } from '@/lib/testing/test-database';
import { createTrajectoryStore } from '@/lib/trajectories/create-trajectory-store';
import { claimRun } from './claim-run';
import { createRunStore } from './create-run-store';
import { openRunWriter } from './open-run-writer';
import { type RunStore } from './run-store';
import { type RunWriter } from './run-writer';

type Setup = {
  readonly db: Database;
  readonly url: string;
  readonly store: RunStore;
  readonly runId: RunId;
  readonly writer: RunWriter;
};

async function writing(): Promise<Setup> {
  const { db, url } = await testDatabase();
  const store = createRunStore(db);
  const { id: runId } = await store.create(aNewRun());
  const { attempt } = await claimRun(db, { runId });
  const writer = await openRunWriter({ databaseUrl: url, attempt, workerUrl: testWriterWorker() });
  onTestFinished(() => writer.close().catch(() => undefined));
  return { db, url, store, runId, writer };
}

describe('openRunWriter', () => {
  it('has on disk, in order, all that was said before a flush', async () => {
    const { db, store, runId, writer } = await writing();
    writer.status('running', null);
    writer.append({ kind: 'log', level: 'info', source: 'controller', message: 'one' });
    writer.append({ kind: 'metrics', step: 0, values: { reward: 0.5, loss: Number.NaN } });
    writer.trajectories(0, { validation: false, failed: 1, rows: [aNewTrajectory()] });
    writer.progress({ step: 1, phase: 'preparing', trainSeconds: 2 });
    writer.checkpoint({ step: 1, path: 'runs/1/step-1', bytes: 10 });
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
});
