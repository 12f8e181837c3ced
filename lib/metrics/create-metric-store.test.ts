import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Connection, openConnection } from '@/lib/db/connection';
import type { Database } from '@/lib/db/open-database';
import type { Attempt, RunId } from '@/lib/domain/run';
import { claimRun } from '@/lib/run-store/claim-run';
import { commitOperations } from '@/lib/run-store/commit-operations';
import { createRunStore } from '@/lib/run-store/create-run-store';
import { createSeriesNames, eventOperation } from '@/lib/run-store/write-operations';
import { aNewRun } from '@/lib/testing/builders';
import { testDatabase } from '@/lib/testing/test-database';
import { createMetricStore } from './create-metric-store';
import type { SeriesRange } from './metric-store';
import { EVENTS_PER_SEAL, sealMetrics } from './seal-metrics';

type Values = Readonly<Record<string, number>>;
type Setup = {
  readonly db: Database;
  readonly connection: Connection;
  readonly runId: RunId;
  /** Ends the current attempt and begins another from a step. */
  readonly resume: (startStep: number) => Promise<void>;
  /** One metrics event per element, of the steps from `firstStep` on. */
  readonly write: (firstStep: number, events: readonly Values[]) => Promise<void>;
  /** Packs as much as is ready. */
  readonly seal: () => Promise<void>;
};

async function aRun(): Promise<Setup> {
  const { db, url } = await testDatabase();
  const { id: runId } = await createRunStore(db).create(aNewRun());
  const connection = await openConnection(url);
  onTestFinished(() => connection.close());
  let { attempt }: { attempt: Attempt } = await claimRun(db, { runId });
  return {
    db,
    connection,
    runId,
    resume: async (startStep) => {
      await db.run.update({ where: { id: runId }, data: { status: 'queued' } });
      ({ attempt } = await claimRun(db, { runId, startStep }));
    },
    write: async (firstStep, events) => {
      const operations = events.map((values, at) =>
        eventOperation(
          { kind: 'metrics', step: firstStep + at, values },
          1_000_000 + firstStep + at,
          createSeriesNames(),
        ),
      );
      await commitOperations(connection, {
        attempt,
        operations,
        heartbeat: null,
        phase: null,
        command: null,
        backlog: new Set(),
      });
    },
    seal: async () => {
      while ((await sealMetrics(connection, runId)) > 0);
    },
  };
}

const wave = (step: number): number => Math.sin(step / 7) * 100 + (step % 13);
const waves = (from: number, count: number): Values[] =>
  Array.from({ length: count }, (_, at) => ({ reward: wave(from + at) }));

function pointsOf(range: SeriesRange | undefined): readonly (readonly [number, number])[] {
  return (range?.step ?? []).map((step, at) => [step, range?.last[at] ?? NaN] as const);
}

const EVERYTHING = 1_000_000;
/** Many points, for a machine that does other things as well. */
const SLOW = { timeout: 120_000 };

describe('the metric store', () => {
  it('gives every current point once, wherever it lives, through any history of attempts', SLOW, async () => {
    const { db, runId, resume, write, seal } = await aRun();
    const store = createMetricStore(db);
    const expected = new Map<number, number>();
    let attempt = 1;
    // Each attempt goes on for a while, then the next one begins somewhere before its end.
    for (const { from, count } of [
      { from: 0, count: 1300 },
      { from: 700, count: 700 },
      { from: 1250, count: 40 },
      { from: 1290, count: 1100 },
      { from: 100, count: 900 },
    ]) {
      if (attempt > 1) await resume(from);
      for (const step of [...expected.keys()]) if (step >= from) expected.delete(step);
      const values = Array.from({ length: count }, (_, at) => ({ reward: wave(from + at) + attempt }));
      await write(from, values);
      values.forEach(({ reward }, at) => expected.set(from + at, reward));
      if (attempt !== 3) await seal();
      attempt += 1;

      const points = [...expected].toSorted(([a], [b]) => a - b);
      const { series } = await store.ranges({ runId, keys: ['reward'], width: EVERYTHING });
      expect(pointsOf(series[0])).toEqual(points);
      expect(series[0]?.level).toBe(0);
      expect(await store.summaries(runId)).toEqual([
        { key: 'reward', count: points.length, lastStep: points.at(-1)?.[0], last: points.at(-1)?.[1] },
      ]);
    }
    expect(await db.metricBlock.count()).toBeGreaterThan(5);
    expect(await db.event.count({ where: { runId, kind: 'metrics' } })).toBeLessThan(EVENTS_PER_SEAL);
  });

  it(
    'gives about two rows per pixel, with exact extremes and counts, for any window and width',
    SLOW,
    async () => {
      const { db, runId, write, seal } = await aRun();
      const total = 10_300;
      for (let from = 0; from < total; from += 2060) await write(from, waves(from, 2060));
      await seal();
      const store = createMetricStore(db);
      const property = fc.asyncProperty(
        fc.nat(total - 1),
        fc.nat(total - 1),
        fc.integer({ min: 1, max: 2000 }),
        async (a, b, width) => {
          const [from, to] = [Math.min(a, b), Math.max(a, b)];
          const { series } = await store.ranges({ runId, keys: ['reward'], from, to, width });
          const range = series[0];
          if (range === undefined) throw new Error('No series');
          expect(range.step.length).toBeLessThanOrEqual(2 * width + 1);
          const count = range.count.reduce((sum, each) => sum + each, 0);
          // Rows at the edges come whole.
          expect(count).toBeGreaterThanOrEqual(to - from + 1);
          const last = range.step.at(-1) ?? 0;
          const covered = waves(last - count + 1, count).map(({ reward }) => reward ?? NaN);
          expect(last - count + 1).toBeLessThanOrEqual(from);
          expect(Math.max(...range.max)).toBe(Math.max(...covered));
          expect(Math.min(...range.min)).toBe(Math.min(...covered));
          if (to - from < 2 * width) expect(range.step).toEqual([...new Set(range.step)]);
          if (to - from < width)
            expect(pointsOf(range)).toEqual(
              waves(from, to - from + 1).map(({ reward }, at) => [from + at, reward]),
            );
        },
      );
      await fc.assert(property, { numRuns: 20 });
    },
  );

  it('keeps NaN and the infinities, before and after sealing', async () => {
    const { db, runId, write, seal } = await aRun();
    const store = createMetricStore(db);
    const losses = [0.5, NaN, Infinity, -Infinity, NaN];
    await write(
      0,
      losses.map((loss) => ({ loss })),
    );
    const before = await store.ranges({ runId, keys: ['loss'], width: EVERYTHING });
    expect(before.series[0]?.last).toEqual(losses);
    await write(losses.length, waves(0, EVENTS_PER_SEAL));
    await seal();
    expect(await db.metricSeries.count({ where: { key: 'loss' } })).toBe(1);
    const after = await store.ranges({ runId, keys: ['loss'], width: EVERYTHING });
    expect(after.series).toEqual(before.series);
    expect((await store.summaries(runId))[0]).toEqual({ key: 'loss', count: 5, lastStep: 4, last: NaN });
    const thin = await store.ranges({ runId, keys: ['loss'], width: 1 });
    expect(thin.series[0]?.nans?.reduce((sum, each) => sum + each, 0)).toBe(2);
  });

  it('leaves one sealed event where the packed ones were, so that an older client reads again', async () => {
    const { db, runId, write, seal } = await aRun();
    const runs = createRunStore(db);
    const { lastSeq: start } = await runs.get(runId);
    await write(0, waves(0, EVENTS_PER_SEAL + 3));
    await seal();
    const events = await runs.events({ runs: [runId], after: start, limit: 10 });
    expect(events.map(({ kind }) => kind)).toEqual(['sealed', 'metrics', 'metrics', 'metrics']);
    const { seq } = await createMetricStore(db).ranges({ runId, keys: ['reward'], width: 10 });
    expect(seq).toBe(events.at(-1)?.seq);
  });

  it('changes nothing when it seals again, or seals less than a block', async () => {
    const { db, connection, runId, write, seal } = await aRun();
    await write(0, waves(0, EVENTS_PER_SEAL + 100));
    await seal();
    const before = await db.metricBlock.findMany();
    expect(await sealMetrics(connection, runId)).toBe(0);
    expect(await db.metricBlock.findMany()).toEqual(before);
  });

  it('knows keys that only some events have, and answers for keys that nobody wrote', async () => {
    const { db, runId, write, seal } = await aRun();
    const store = createMetricStore(db);
    await write(
      0,
      Array.from({ length: 1100 }, (_, step) =>
        step % 100 === 0 ? { reward: step, 'val/reward': -step } : { reward: step },
      ),
    );
    await seal();
    const { series } = await store.ranges({ runId, keys: ['val/reward', 'nothing'], width: EVERYTHING });
    expect(series[0]?.step).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
    expect(series[1]).toMatchObject({ key: 'nothing', step: [], last: [] });
    await expect(store.summaries(await deletedRun(db))).rejects.toMatchObject({ code: 'not_found' });
  });
});

async function deletedRun(db: Database): Promise<RunId> {
  const { id } = await createRunStore(db).create(aNewRun());
  await db.run.delete({ where: { id } });
  return id;
}
