import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import type { Database } from '@/lib/db/open-database';
import type { RunId } from '@/lib/domain/run';
import { createMetricStore } from '@/lib/metrics/create-metric-store';
import { aNewRun } from '@/lib/testing/builders';
import { bundleForTest } from '@/lib/testing/bundle-for-test';
import { testDatabase } from '@/lib/testing/test-database';
import type { WritingOrder } from '@/lib/testing/writing-order';
import { createTrajectoryStore } from '@/lib/trajectories/create-trajectory-store';
import { claimRun } from './claim-run';
import { createRunStore } from './create-run-store';

type Child = {
  readonly process: ChildProcess;
  readonly said: string[];
  /** Resolves when the child has said so many lines, or has ended. */
  lines(count: number): Promise<void>;
};

type Store = { readonly db: Database; readonly url: string; readonly folder: string };

async function startWriting({ db, url, folder }: Store, runId: RunId, steps: number): Promise<Child> {
  const entry = await bundleForTest('lib/testing/writing-child.ts', folder);
  const { attempt } = await claimRun(db, { runId });
  const order: WritingOrder = { databaseUrl: url, workerFile: inject('writerWorker'), attempt, steps };
  const child = spawn(process.execPath, [entry, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => said.push(line));
  const ended = once(child, 'close').then(() => undefined);
  const lines = (count: number): Promise<void> =>
    Promise.race([
      ended,
      new Promise<void>((resolve) => {
        reader.on('line', () => {
          if (said.length >= count) resolve();
        });
      }),
    ]);
  return { process: child, said, lines };
}

async function rewards(db: Database, runId: RunId): Promise<readonly (readonly [number, number])[]> {
  const { series } = await createMetricStore(db).ranges({ runId, keys: ['reward'], width: 5000 });
  return (series[0]?.step ?? []).map((step, at) => [step, series[0]?.last[at] ?? NaN] as const);
}

const upTo = (count: number): readonly (readonly [number, number])[] =>
  Array.from({ length: count }, (_, step) => [step, step] as const);

describe('processes that write', () => {
  it(
    'a kill -9 loses no acknowledged point, and the resumed run doubles none',
    { timeout: 120_000 },
    async () => {
      const store = await testDatabase();
      const { db } = store;
      const runs = createRunStore(db);
      const { id } = await runs.create(aNewRun());
      const steps = 900;
      for (const killAfter of [37, 300]) {
        const child = await startWriting(store, id, steps);
        await child.lines(killAfter);
        child.process.kill('SIGKILL');
        await once(child.process, 'close');
        const acknowledged = Number(child.said.at(-1)?.replace('step ', ''));
        const found = await rewards(db, id);
        expect(found.length).toBeGreaterThan(acknowledged);
        expect(found).toEqual(upTo(found.length));
        await runs.transition(id, 'lost', 'killed by the test');
        await runs.transition(id, 'queued', null);
      }
      const last = await startWriting(store, id, steps);
      await once(last.process, 'close');
      expect(await runs.get(id)).toMatchObject({ status: 'succeeded', step: steps, attempt: 3 });
      expect(await rewards(db, id)).toEqual(upTo(steps));
      expect(await createTrajectoryStore(db).steps(id, false)).toEqual(upTo(steps).map(([step]) => step));
      const starts = (await runs.attempts(id)).map(({ startStep }) => startStep);
      expect(starts.every((start) => start % 10 === 0)).toBe(true);
      expect(starts.toSorted((a, b) => a - b)).toEqual(starts);
    },
  );

  it('write beside each other and beside readers without a complaint', { timeout: 120_000 }, async () => {
    const store = await testDatabase();
    const runs = createRunStore(store.db);
    const steps = 60;
    const ids: RunId[] = [];
    for (let at = 0; at < 3; at += 1) ids.push((await runs.create(aNewRun())).id);
    const children = await Promise.all(ids.map((id) => startWriting(store, id, steps)));
    const ended = Promise.all(children.map((child) => once(child.process, 'close')));
    for (let at = 0; at < 30; at += 1) {
      const { id } = await runs.create(aNewRun());
      await runs.transition(id, 'stopped', null);
    }
    await ended;
    for (const child of children) {
      expect(child.said.filter((line) => line.startsWith('trouble'))).toEqual([]);
    }
    for (const id of ids) {
      expect((await runs.get(id)).status).toBe('succeeded');
      expect(await rewards(store.db, id)).toEqual(upTo(steps));
    }
  });
});
