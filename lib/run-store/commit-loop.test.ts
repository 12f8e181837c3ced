import { describe, expect, it, onTestFinished } from 'vitest';
import { type Connection, openConnection } from '@/lib/db/connection';
import type { Database } from '@/lib/db/open-database';
import type { RunId } from '@/lib/domain/run';
import { EVENTS_LEFT_OPEN, EVENTS_PER_SEAL } from '@/lib/metrics/seal-metrics';
import { createMetricStore } from '@/lib/metrics/create-metric-store';
import { aNewRun } from '@/lib/testing/builders';
import { matching } from '@/lib/testing/matching';
import { testDatabase } from '@/lib/testing/test-database';
import { claimRun } from './claim-run';
import { type CommitLoop, createCommitLoop } from './commit-loop';
import { createRunStore } from './create-run-store';
import { createSeriesNames, eventOperation } from './write-operations';
import type { FromWriter, WriteOperation } from './writer-messages';

type Setup = {
  readonly db: Database;
  readonly runId: RunId;
  readonly connection: Connection;
  readonly loop: CommitLoop;
  /** Resolves with the next message of a type that comes after the call. */
  readonly heard: <T extends FromWriter['type']>(type: T) => Promise<Extract<FromWriter, { type: T }>>;
};

async function aLoop(): Promise<Setup> {
  const { db, url } = await testDatabase();
  const { id: runId } = await createRunStore(db).create(aNewRun());
  const { attempt } = await claimRun(db, { runId });
  const connection = await openConnection(url);
  const listeners = new Set<(message: FromWriter) => void>();
  const loop = createCommitLoop({
    connection,
    attempt,
    say: (message) => listeners.forEach((listener) => listener(message)),
  });
  onTestFinished(async () => {
    loop.hear({ type: 'close' });
    await loop.ended.catch(() => undefined);
    await connection.close();
  });
  return {
    db,
    runId,
    connection,
    loop,
    heard: (type) =>
      new Promise((resolve) => {
        const listener = (message: FromWriter): void => {
          if (!isOfType(message, type)) return;
          listeners.delete(listener);
          resolve(message);
        };
        listeners.add(listener);
      }),
  };
}

function isOfType<T extends FromWriter['type']>(
  message: FromWriter,
  type: T,
): message is Extract<FromWriter, { type: T }> {
  return message.type === type;
}

function log(message: string): WriteOperation {
  return {
    type: 'event',
    time: 0,
    kind: 'log',
    body: JSON.stringify({ level: 'info', source: 'controller', message }),
  };
}

function measured(firstStep: number, count: number): readonly WriteOperation[] {
  const namesOf = createSeriesNames();
  return Array.from({ length: count }, (_, at) =>
    eventOperation(
      { kind: 'metrics', step: firstStep + at, values: { reward: firstStep + at } },
      at,
      namesOf,
    ),
  );
}

describe('createCommitLoop', () => {
  it('keeps what a full disk refuses, says so, and writes it in order when there is room', async () => {
    const { db, runId, connection, loop, heard } = await aLoop();
    await connection.execute('PRAGMA max_page_count = 1');
    const trouble = heard('trouble');
    loop.hear({ type: 'write', operations: [log('a'.repeat(100_000)), log('second')], last: 2 });
    expect((await trouble).message).toMatch(/The disk that holds .* is full/);
    loop.hear({ type: 'write', operations: [log('third')], last: 3 });
    expect(await createRunStore(db).logs(runId, { limit: 10 })).toEqual([]);
    const committed = heard('committed');
    await connection.execute('PRAGMA max_page_count = 1000000');
    expect((await committed).last).toBe(3);
    const logs = await createRunStore(db).logs(runId, { limit: 10 });
    expect(logs).toMatchObject([{ message: matching(/^aaa/) }, { message: 'second' }, { message: 'third' }]);
  });

  it('writes a heartbeat only when it hears one', async () => {
    const { db, loop, heard } = await aLoop();
    const first = heard('committed');
    loop.hear({ type: 'beat', time: 1_900_000_000_000 });
    loop.hear({ type: 'write', operations: [log('one')], last: 1 });
    await first;
    const second = heard('committed');
    loop.hear({ type: 'write', operations: [log('two')], last: 2 });
    await second;
    const [attempt] = await db.attempt.findMany();
    expect(attempt?.heartbeatAt.getTime()).toBe(1_900_000_000_000);
    expect((await db.run.findFirst())?.heartbeatAt?.getTime()).toBe(1_900_000_000_000);
  });

  it('hands each command over once and marks it', async () => {
    const { db, runId, loop, heard } = await aLoop();
    const store = createRunStore(db);
    const stop = heard('command');
    await store.command(runId, 'stop');
    expect(await stop).toEqual({ type: 'command', kind: 'stop' });
    const committed = heard('committed');
    loop.hear({ type: 'write', operations: [log('heard')], last: 1 });
    await committed;
    expect(await db.command.count({ where: { handledAt: null } })).toBe(0);
  });

  it('has packed all but the newest metrics when it ends, whatever came at once', async () => {
    const { db, runId, loop } = await aLoop();
    const operations = [...measured(0, 3000)];
    loop.hear({ type: 'write', operations, last: operations.length });
    loop.hear({ type: 'close' });
    await loop.ended;
    const open = await db.event.count({ where: { runId, kind: 'metrics' } });
    expect(open).toBeLessThan(EVENTS_PER_SEAL + EVENTS_LEFT_OPEN);
    expect(open).toBeGreaterThanOrEqual(EVENTS_LEFT_OPEN);
  });

  it('keeps every value once and in order when bursts and single steps alternate, and every other event', async () => {
    const { db, runId, loop, heard } = await aLoop();
    let last = 0;
    // Below and above what is packed at once; a line of the log stands within each.
    for (const count of [1, 300, 2000, 5, 900, 767, 768, 40]) {
      const committed = heard('committed');
      const values = measured(last, count);
      const operations = [...values.slice(0, count >> 1), log(`at ${last}`), ...values.slice(count >> 1)];
      last += count;
      loop.hear({ type: 'write', operations, last });
      loop.hear({ type: 'hurry' });
      await committed;
    }
    loop.hear({ type: 'close' });
    await loop.ended;
    const { series } = await createMetricStore(db).ranges({ runId, keys: ['reward'], width: last });
    expect(series[0]?.last).toEqual(Array.from({ length: last }, (_, step) => step));
    expect(series[0]?.step).toEqual(series[0]?.last);
    expect(await createRunStore(db).logs(runId, { limit: 100 })).toHaveLength(8);
  });

  it('sends a reader whose place in the stream was packed away to the ranges', async () => {
    const { db, runId, loop } = await aLoop();
    const { lastSeq } = await createRunStore(db).get(runId);
    loop.hear({ type: 'write', operations: [...measured(0, 2000)], last: 2000 });
    loop.hear({ type: 'close' });
    await loop.ended;
    const events = await createRunStore(db).events({ runs: [runId], after: lastSeq, limit: 5000 });
    expect(events[0]).toMatchObject({ kind: 'sealed', step: 2000 - EVENTS_LEFT_OPEN - 1 });
    expect(events.filter(({ kind }) => kind === 'metrics')).toHaveLength(EVENTS_LEFT_OPEN);
    expect((await db.run.findFirst())?.sealedSeq).toBe(events[0]?.seq);
  });

  it.each(['given up as lost', 'resumed elsewhere'])(
    'writes nothing more once the run was %s',
    async (how) => {
      const { db, runId, loop } = await aLoop();
      const store = createRunStore(db);
      await store.transition(runId, 'lost', null);
      if (how === 'resumed elsewhere') {
        await store.transition(runId, 'queued', null);
        await claimRun(db, { runId });
      }
      loop.hear({ type: 'write', operations: [log('from the grave')], last: 1 });
      await expect(loop.ended).rejects.toMatchObject({
        code: 'conflict',
        message: matching(/no longer owns run/),
      });
      expect(await store.logs(runId, { limit: 10 })).toEqual([]);
    },
  );
});
