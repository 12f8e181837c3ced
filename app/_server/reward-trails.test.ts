import { expect, test } from 'vitest';
import { claimRun } from '@/lib/run-store/claim-run';
import { createRunStore } from '@/lib/run-store/create-run-store';
import { openRunWriter } from '@/lib/run-store/open-run-writer';
import { createMetricStore } from '@/lib/metrics/create-metric-store';
import { aNewRun } from '@/lib/testing/builders';
import { testDatabase, testWriterWorker } from '@/lib/testing/test-database';
import { createRewardTrails } from './reward-trails';

test('the reward of a run is read once until the run says something more', async () => {
  const { db, url } = await testDatabase();
  const store = createRunStore(db);
  const { id } = await store.create(aNewRun());
  const { attempt } = await claimRun(db, { runId: id });
  const writer = await openRunWriter({ databaseUrl: url, attempt, workerUrl: testWriterWorker() });
  const metrics = createMetricStore(db);
  let reads = 0;
  const trails = createRewardTrails({
    ranges: (query) => {
      reads += 1;
      return metrics.ranges(query);
    },
  });
  const say = async (step: number, reward: number): Promise<void> => {
    writer.append({ kind: 'metrics', step, values: { 'rollout/reward_mean': reward } });
    await writer.flush();
  };

  await say(0, 0.25);
  expect(await trails.of(await store.get(id))).toEqual({ last: 0.25, points: [0.25] });
  expect(await trails.of(await store.get(id))).toEqual({ last: 0.25, points: [0.25] });
  expect(reads).toBe(1);
  await say(1, 0.5);
  expect(await trails.of(await store.get(id))).toEqual({ last: 0.5, points: [0.25, 0.5] });
  expect(reads).toBe(2);
  await writer.close();
});
