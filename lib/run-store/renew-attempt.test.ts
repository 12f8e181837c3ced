import { expect, test } from 'vitest';
import { aNewRun } from '@/lib/testing/builders';
import { testDatabase } from '@/lib/testing/test-database';
import { claimRun } from './claim-run';
import { createRunStore } from './create-run-store';
import { renewAttempt } from './renew-attempt';

test('a renewed attempt starts at its step, ends the old one, and keeps the status', async () => {
  const { db } = await testDatabase();
  const store = createRunStore(db);
  const { id: runId } = await store.create(aNewRun());
  const { attempt } = await claimRun(db, { runId });
  const renewed = await renewAttempt(db, attempt, { startStep: 4 });
  expect(renewed).toMatchObject({ number: 2, startStep: 4, endedAt: null });
  expect(await store.get(runId)).toMatchObject({ attempt: 2, step: 4, status: 'starting' });
  expect((await store.attempts(runId)).map(({ endedAt }) => endedAt === null)).toEqual([false, true]);
});

test('an attempt that was overtaken cannot be renewed', async () => {
  const { db } = await testDatabase();
  const store = createRunStore(db);
  const { id: runId } = await store.create(aNewRun());
  const { attempt } = await claimRun(db, { runId });
  await store.transition(runId, 'lost', 'gone');
  await expect(renewAttempt(db, attempt, { startStep: 0 })).rejects.toMatchObject({ code: 'conflict' });
});

test('a claim may start below the newest checkpoint, when that one is damaged', async () => {
  const { db } = await testDatabase();
  const { id: runId } = await createRunStore(db).create(aNewRun());
  const { attempt, run } = await claimRun(db, { runId, startStep: 3 });
  expect([attempt.startStep, run.step]).toEqual([3, 3]);
});
