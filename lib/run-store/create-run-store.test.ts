import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { Database } from '@/lib/db/open-database';
import { canFollow, isFinished, RUN_STATUSES, RunId, type RunStatus } from '@/lib/domain/run';
import { aNewRun, aSnapshot } from '@/lib/testing/builders';
import { matching } from '@/lib/testing/matching';
import { testDatabase } from '@/lib/testing/test-database';
import { claimRun } from './claim-run';
import { createRunStore, type RunStoreDeps } from './create-run-store';
import type { RunStore } from './run-store';

async function aStore(deps?: RunStoreDeps): Promise<{ readonly db: Database; readonly store: RunStore }> {
  const { db } = await testDatabase();
  return { db, store: createRunStore(db, deps) };
}

/** Puts a run into a status without asking the table, for tests that start there. */
async function force(db: Database, id: RunId, status: RunStatus): Promise<void> {
  await db.run.update({ where: { id }, data: { status } });
}

describe('creating a run', () => {
  it('gives back what was asked for, queued, with its first event', async () => {
    const { store } = await aStore({ now: () => Date.parse('2026-11-22T10:00:00Z') });
    const run = await store.create(
      aNewRun({ name: 'first', seed: 7, snapshot: aSnapshot({ overrides: ['a=1'] }) }),
    );
    expect(run).toMatchObject({
      name: 'first',
      status: 'queued',
      seed: 7,
      step: 0,
      attempt: 0,
      overrides: ['a=1'],
      createdAt: '2026-11-22T10:00:00.000Z',
      startedAt: null,
    });
    const events = await store.events({ runs: [run.id], after: 0, limit: 10 });
    expect(events).toMatchObject([{ kind: 'status', status: 'queued', attempt: 0 }]);
    expect(run.lastSeq).toBe(events[0]?.seq);
    expect(await store.get(run.id)).toEqual(run);
  });

  it('makes one run of the same idempotency key, also when asked many times at once', async () => {
    const { store } = await aStore();
    const asked = aNewRun();
    const runs = await Promise.all(Array.from({ length: 5 }, () => store.create(asked)));
    expect(new Set(runs.map(({ id }) => id)).size).toBe(1);
    expect((await store.list()).total).toBe(1);
    expect(await store.events({ runs: 'all', after: 0, limit: 10 })).toHaveLength(1);
  });

  it('gives the snapshot back as it was', async () => {
    const { store } = await aStore();
    const snapshot = aSnapshot({
      files: { 'a/b.yaml': 'ключ: "ü"\n'.repeat(1000), 'a/empty.md': '' },
      overrides: ['+trainer.lr=1e-4'],
      resolved: { nested: [1, 1.5, null, { $secret: 'TOKEN' }] },
      script: 'a/embedded.env.sh',
    });
    const { id } = await store.create(aNewRun({ snapshot }));
    expect(await store.snapshot(id)).toEqual(snapshot);
  });
});

describe('reading runs', () => {
  it('says that a run does not exist', async () => {
    const { store } = await aStore();
    const nobody = RunId.parse(99);
    const refusal = { code: 'not_found', message: matching(/no run 99/) };
    await expect(store.get(nobody)).rejects.toMatchObject(refusal);
    await expect(store.snapshot(nobody)).rejects.toMatchObject(refusal);
    await expect(store.attempts(nobody)).rejects.toMatchObject(refusal);
    await expect(store.checkpoints(nobody)).rejects.toMatchObject(refusal);
    await expect(store.transition(nobody, 'stopped', null)).rejects.toMatchObject(refusal);
    await expect(store.command(nobody, 'stop')).rejects.toMatchObject(refusal);
  });

  it('lists the newest first, by page and by words or number', async () => {
    const { store } = await aStore();
    for (const recipe of ['pig_latin', 'arithmetic', 'my_task']) {
      await store.create(aNewRun({ recipe, name: `${recipe} run` }));
    }
    const recipes = async (filter: Parameters<RunStore['list']>[0]): Promise<unknown> => {
      const { runs, total } = await store.list(filter);
      return [runs.map(({ recipe }) => recipe), total];
    };
    expect(await recipes({})).toEqual([['my_task', 'arithmetic', 'pig_latin'], 3]);
    expect(await recipes({ limit: 1, offset: 1 })).toEqual([['arithmetic'], 3]);
    expect(await recipes({ search: 'LATIN' })).toEqual([['pig_latin'], 1]);
    expect(await recipes({ search: '#2' })).toEqual([['arithmetic'], 1]);
    expect(await recipes({ search: '100%' })).toEqual([[], 0]);
  });

  it('replays events after a number, of some runs or of all, and knows the last number', async () => {
    const { store } = await aStore();
    expect(await store.lastSeq()).toBe(0);
    const a = await store.create(aNewRun());
    const b = await store.create(aNewRun());
    await store.transition(a.id, 'stopped', 'enough');
    const all = await store.events({ runs: 'all', after: 0, limit: 10 });
    expect(all.map(({ runId }) => runId)).toEqual([a.id, b.id, a.id]);
    expect(await store.events({ runs: 'all', after: all[0]?.seq ?? 0, limit: 1 })).toEqual(all.slice(1, 2));
    expect(await store.events({ runs: [a.id], after: all[0]?.seq ?? 0, limit: 10 })).toEqual(all.slice(2));
    expect(await store.events({ runs: [], after: 0, limit: 10 })).toEqual([]);
    expect(await store.lastSeq()).toBe(all.at(-1)?.seq);
  });
});

describe('changing the status', () => {
  const pairs = RUN_STATUSES.flatMap((from) => RUN_STATUSES.map((to) => [from, to] as const));

  it('follows the table: every other change is refused and leaves no event', async () => {
    const { db, store } = await aStore();
    const { id } = await store.create(aNewRun());
    for (const [from, to] of pairs) {
      await force(db, id, from);
      const before = await store.lastSeq();
      const change = store.transition(id, to, `${from} to ${to}`);
      if (canFollow(from, to)) {
        expect(await change).toMatchObject({ status: to, reason: `${from} to ${to}` });
        const events = await store.events({ runs: [id], after: before, limit: 10 });
        expect(events).toMatchObject([{ kind: 'status', status: to, reason: `${from} to ${to}` }]);
      } else {
        await expect(change).rejects.toMatchObject({
          code: 'conflict',
          message: matching(new RegExp(from)),
        });
        expect(await store.lastSeq()).toBe(before);
        expect((await store.get(id)).status).toBe(from);
      }
    }
  });

  it('lets one of two win who want the same change at once', async () => {
    const { store } = await aStore();
    const { id } = await store.create(aNewRun());
    const outcomes = await Promise.allSettled([
      store.transition(id, 'starting', null),
      store.transition(id, 'starting', null),
    ]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('notes when a run ended, and forgets it when the run is queued again', async () => {
    const { store } = await aStore();
    const { id } = await store.create(aNewRun());
    const ended = await store.transition(id, 'stopped', null);
    expect(isFinished(ended.status) && ended.endedAt !== null).toBe(true);
    expect(await store.transition(id, 'queued', null)).toMatchObject({ endedAt: null, reason: null });
  });
});

describe('commands', () => {
  it('stop a queued run at once, before any process has it', async () => {
    const { db, store } = await aStore();
    const { id } = await store.create(aNewRun());
    await store.command(id, 'stop');
    expect(await store.get(id)).toMatchObject({ status: 'stopped' });
    expect(await db.command.count()).toBe(0);
    await expect(claimRun(db, { runId: id })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('are refused where no process could act on them', async () => {
    const { db, store } = await aStore();
    const { id } = await store.create(aNewRun());
    await expect(store.command(id, 'pause')).rejects.toMatchObject({ code: 'conflict' });
    for (const status of RUN_STATUSES.filter(isFinished)) {
      await force(db, id, status);
      await expect(store.command(id, 'stop')).rejects.toMatchObject({
        code: 'conflict',
        message: `Run ${id} is ${status}; it cannot stop now.`,
      });
    }
    await force(db, id, 'running');
    await expect(store.command(id, 'resume')).rejects.toMatchObject({ code: 'conflict' });
    await store.command(id, 'pause');
    expect(await db.command.findMany()).toMatchObject([{ runId: id, kind: 'pause', handledAt: null }]);
  });
});

describe('claiming a run', () => {
  it('is possible once, and drops commands that were meant for an earlier attempt', async () => {
    const { db, store } = await aStore();
    const { id } = await store.create(aNewRun());
    await force(db, id, 'running');
    await store.command(id, 'stop');
    await force(db, id, 'queued');
    const outcomes = await Promise.allSettled([
      claimRun(db, { runId: id, pid: 11, host: 'here' }),
      claimRun(db, { runId: id, pid: 12, host: 'here' }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await store.attempts(id)).toMatchObject([{ number: 1, pid: 11, host: 'here', startStep: 0 }]);
    expect(await store.get(id)).toMatchObject({ status: 'starting', attempt: 1, phase: 'preparing' });
    expect(await db.command.count({ where: { handledAt: null } })).toBe(0);
  });

  it('starts from the newest checkpoint that no later attempt has overtaken', async () => {
    const { db, store } = await aStore();
    const { id } = await store.create(aNewRun());
    const startStepOfNext = async (): Promise<number> => {
      await force(db, id, 'queued');
      return (await claimRun(db, { runId: id })).attempt.startStep;
    };
    const save = async (attempt: number, step: number): Promise<void> => {
      await db.checkpoint.create({
        data: { runId: id, attempt, step, path: `p${step}`, bytes: 1, createdAt: new Date() },
      });
    };
    expect(await startStepOfNext()).toBe(0);
    await save(1, 10);
    await save(1, 20);
    expect(await startStepOfNext()).toBe(20);
    // The second attempt died before its own checkpoint: its start is still good.
    expect(await startStepOfNext()).toBe(20);
    // Its third goes back to 10, because 20 was damaged: what came after 10 is overtaken.
    await force(db, id, 'queued');
    expect((await claimRun(db, { runId: id, startStep: 10 })).attempt.startStep).toBe(10);
    expect(await startStepOfNext()).toBe(10);
    expect((await store.checkpoints(id)).map(({ step }) => step)).toEqual([10]);
  });
});

describe('finding lost runs', () => {
  const aRunningRun = async (
    db: Database,
    store: RunStore,
    claim: { pid: number; host: string; time: Date },
  ): Promise<RunId> => {
    const { id } = await store.create(aNewRun());
    await claimRun(db, { runId: id, ...claim });
    return id;
  };

  it('takes a run whose process is dead on this machine at once', async () => {
    let alive = true;
    const { db, store } = await aStore({ isAlive: () => alive });
    const id = await aRunningRun(db, store, { pid: 4711, host: hostname(), time: new Date() });
    expect(await store.markLost(15_000)).toEqual([]);
    alive = false;
    expect(await store.markLost(15_000)).toEqual([id]);
    expect(await store.get(id)).toMatchObject({
      status: 'lost',
      reason: matching(/pid 4711.*Resume continues/),
    });
    expect((await store.attempts(id))[0]?.endedAt).not.toBeNull();
    expect(await store.markLost(15_000)).toEqual([]);
  });

  it('takes a run of another machine by the age of its heartbeat', async () => {
    let now = Date.parse('2026-11-22T10:00:00Z');
    const { db, store } = await aStore({ now: () => now, isAlive: () => false });
    const id = await aRunningRun(db, store, { pid: 1, host: 'elsewhere', time: new Date(now) });
    now += 15_000;
    expect(await store.markLost(15_000)).toEqual([]);
    now += 1;
    expect(await store.markLost(15_000)).toEqual([id]);
  });

  it('gives a silent process that still exists up only after watching its silence, so that sleep is no death', async () => {
    let now = Date.parse('2026-11-22T10:00:00Z');
    let steady = 0;
    const { db, store } = await aStore({ now: () => now, steadyNow: () => steady, isAlive: () => true });
    const id = await aRunningRun(db, store, { pid: process.pid, host: hostname(), time: new Date(now) });
    // The lid was closed for an hour: the wall clock moved, the steady one did not.
    now += 3_600_000;
    expect(await store.markLost(15_000)).toEqual([]);
    // The process beats again: it was never lost.
    await db.attempt.updateMany({ data: { heartbeatAt: new Date(now) } });
    steady += 20_000;
    now += 20_000;
    expect(await store.markLost(15_000)).toEqual([]);
    // Now it hangs.
    steady += 15_001;
    now += 15_001;
    expect(await store.markLost(15_000)).toEqual([id]);
  });
});
