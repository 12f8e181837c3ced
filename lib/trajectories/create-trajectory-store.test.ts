import { describe, expect, it, onTestFinished } from 'vitest';
import { type Connection, openConnection } from '@/lib/db/connection';
import type { Database } from '@/lib/db/open-database';
import type { Attempt, RunId } from '@/lib/domain/run';
import { claimRun } from '@/lib/run-store/claim-run';
import { commitOperations } from '@/lib/run-store/commit-operations';
import { createRunStore } from '@/lib/run-store/create-run-store';
import type { NewTrajectory } from '@/lib/run-store/run-writer';
import { trajectoriesOperation } from '@/lib/run-store/write-operations';
import { aNewRun, aNewTrajectory, aTrajectoryBody } from '@/lib/testing/builders';
import { testDatabase } from '@/lib/testing/test-database';
import { packBlock, unpackBody } from './trajectory-block';
import { createTrajectoryStore } from './create-trajectory-store';
import type { TrajectoryQuery } from './trajectory-store';

type Setup = {
  readonly db: Database;
  readonly connection: Connection;
  readonly runId: RunId;
  attempt: Attempt;
};

async function aRun(): Promise<Setup> {
  const { db, url } = await testDatabase();
  const { id: runId } = await createRunStore(db).create(aNewRun());
  const connection = await openConnection(url);
  onTestFinished(() => connection.close());
  const { attempt } = await claimRun(db, { runId });
  return { db, connection, runId, attempt };
}

async function write(
  { connection, attempt }: Setup,
  rows: readonly NewTrajectory[],
  { step = 0, validation = false } = {},
): Promise<void> {
  const operations = [trajectoriesOperation(step, { validation, failed: 0, rows }, 0)];
  await commitOperations(connection, {
    attempt,
    operations,
    heartbeat: null,
    phase: null,
    command: null,
    backlog: new Set(),
  });
}

const all = (runId: RunId, changes: Partial<TrajectoryQuery> = {}): TrajectoryQuery => ({
  runId,
  step: 0,
  validation: false,
  sort: 'order',
  limit: 1000,
  offset: 0,
  ...changes,
});

describe('the trajectory store', () => {
  it('sums up what each prompt earned, without failed rollouts, and lists the rollouts of one', async () => {
    const run = await aRun();
    const rollout = (group: string, sample: number, reward: number) =>
      aNewTrajectory({ group, sample, reward, promptPreview: `say ${group}` });
    const failed = { ...rollout('task-1', 2, 0), error: 'it broke' };
    const rows = [rollout('task-2', 0, 1), rollout('task-1', 0, 0), rollout('task-1', 1, 0.5), failed];
    await write(run, rows, { step: 4, validation: true });
    const store = createTrajectoryStore(run.db);
    const place = { runId: run.runId, step: 4, validation: true };
    expect(await store.prompts(place)).toEqual([
      { group: 'task-2', prompt: 'say task-2', mean: 1, count: 1 },
      { group: 'task-1', prompt: 'say task-1', mean: 0.25, count: 2 },
    ]);
    expect(await store.prompts({ ...place, step: 5 })).toEqual([]);
    const { rows: ofOne } = await store.list(all(run.runId, { ...place, group: 'task-1' }));
    expect(ofOne.map(({ sample }) => sample)).toEqual([0, 1, 2]);
  });

  it('gives a rollout back as it was written, non-finite numbers included', async () => {
    const run = await aRun();
    const body = aTrajectoryBody({
      prompt: 'naïve "quoted"\n漢字',
      sequences: [
        {
          tokens: [1, 2, 3],
          tokenTexts: ['a', 'b', 'c'],
          lossMask: [0, 1, 1],
          logprobs: [0, -Infinity, NaN],
          weightVersions: [3, 3, 4],
        },
      ],
      turns: [
        { role: 'user', content: '2+2?' },
        {
          role: 'assistant',
          content: '',
          toolCalls: [{ id: 'call-0', name: 'add', arguments: '{"a":2' }],
          span: { sequence: 0, start: 1, end: 3 },
        },
        { role: 'tool', content: 'no', toolCallId: 'call-0', name: 'add', outcome: 'error' },
      ],
      metrics: { score: NaN, exact: 1 },
      extraInfo: { nested: { deep: [1, 'a', null] } },
      data: { id: 3 },
    });
    const written = aNewTrajectory({ step: 4, sample: 2, advantage: null, error: 'cut', body });
    await write(run, [written], { step: 4 });
    const store = createTrajectoryStore(run.db);
    const { rows, total } = await store.list(all(run.runId, { step: 4 }));
    expect(total).toBe(1);
    expect([{ ...rows[0], body }]).toEqual([{ ...written, id: rows[0]?.id, runId: run.runId, attempt: 1 }]);
    expect(await store.get(run.runId, rows[0]?.id ?? 0)).toEqual({ row: rows[0], body });
  });

  it('reads bodies from before rollouts had turns', () => {
    const { sequences, turns, ...rest } = aTrajectoryBody();
    const [sequence] = sequences;
    const { weightVersions, ...arrays } = sequence ?? { weightVersions: [] };
    const old = { ...rest, ...arrays };
    expect(weightVersions).not.toEqual([]);
    const body = unpackBody(packBlock([JSON.stringify(old)]), 0);
    expect(body).toEqual({ ...rest, turns, sequences: [{ ...arrays, weightVersions: [] }] });
  });

  it('survives previews that a byte-level model and a careless cut can make', async () => {
    const run = await aRun();
    const body = aTrajectoryBody({ completion: 'a\0b\uD800' });
    await write(run, [aNewTrajectory({ completionPreview: 'a\0b\uD800', body })]);
    const store = createTrajectoryStore(run.db);
    const { rows } = await store.list(all(run.runId));
    expect(rows[0]?.completionPreview).toBe('a\uFFFDb\uFFFD');
    expect((await store.get(run.runId, rows[0]?.id ?? 0)).body).toEqual(body);
  });

  it('finds each body among many that share blocks', async () => {
    const run = await aRun();
    const count = 300;
    const rows = Array.from({ length: count }, (_, sample) =>
      aNewTrajectory({
        sample,
        body: aTrajectoryBody({ completion: `${sample}:`.padEnd(2000, `${sample % 7}`) }),
      }),
    );
    await write(run, rows);
    const blocks = await run.db.trajectoryBlock.count();
    expect(blocks).toBeGreaterThan(1);
    expect(blocks).toBeLessThan(10);
    const store = createTrajectoryStore(run.db);
    const list = await store.list(all(run.runId));
    expect(list.rows.map(({ sample }) => sample)).toEqual(Array.from({ length: count }, (_, at) => at));
    for (const { id, sample } of list.rows.filter((_, at) => at % 29 === 0)) {
      const { body } = await store.get(run.runId, id);
      expect(body.completion.startsWith(`${sample}:`)).toBe(true);
    }
  });

  it('sorts by reward, advantage or length, with missing advantages last, and pages', async () => {
    const run = await aRun();
    const cells: readonly (readonly [number, number | null, number])[] = [
      [0.5, 1, 30],
      [1, null, 10],
      [-1, -1, 20],
    ];
    await write(
      run,
      cells.map(([reward, advantage, completionTokens], sample) =>
        aNewTrajectory({ sample, reward, advantage, completionTokens }),
      ),
    );
    const store = createTrajectoryStore(run.db);
    const order = async (changes: Partial<TrajectoryQuery>): Promise<readonly number[]> =>
      (await store.list(all(run.runId, changes))).rows.map(({ sample }) => sample);
    expect(await order({ sort: 'reward' })).toEqual([2, 0, 1]);
    expect(await order({ sort: '-reward' })).toEqual([1, 0, 2]);
    expect(await order({ sort: 'advantage' })).toEqual([2, 0, 1]);
    expect(await order({ sort: '-advantage' })).toEqual([0, 2, 1]);
    expect(await order({ sort: 'tokens' })).toEqual([1, 2, 0]);
    expect(await order({ sort: '-tokens' })).toEqual([0, 2, 1]);
    expect(await order({ sort: 'order', limit: 1, offset: 1 })).toEqual([1]);
    expect((await store.list(all(run.runId, { limit: 1 }))).total).toBe(3);
  });

  it('leaves rollouts of steps out that a later attempt trained again', async () => {
    const run = await aRun();
    const { db, runId } = run;
    for (const step of [0, 1, 2, 3]) await write(run, [aNewTrajectory({ step, group: 'old' })], { step });
    await write(run, [aNewTrajectory({ step: 2, validation: true })], { step: 2, validation: true });
    await db.run.update({ where: { id: runId }, data: { status: 'queued' } });
    const { attempt } = await claimRun(db, { runId, startStep: 2 });
    const store = createTrajectoryStore(db);
    expect(await store.steps(runId, false)).toEqual([0, 1]);
    expect(await store.steps(runId, true)).toEqual([]);
    await write({ ...run, attempt }, [aNewTrajectory({ step: 2, group: 'new' })], { step: 2 });
    expect(await store.steps(runId, false)).toEqual([0, 1, 2]);
    const groups = async (step: number): Promise<readonly string[]> =>
      (await store.list(all(runId, { step }))).rows.map(({ group }) => group);
    expect(await groups(1)).toEqual(['old']);
    expect(await groups(2)).toEqual(['new']);
    expect(await groups(3)).toEqual([]);
  });

  it('says that a run has no such rollout, also when another run has it', async () => {
    const run = await aRun();
    await write(run, [aNewTrajectory()]);
    const { id: other } = await createRunStore(run.db).create(aNewRun());
    const { rows } = await createTrajectoryStore(run.db).list(all(run.runId));
    await expect(createTrajectoryStore(run.db).get(other, rows[0]?.id ?? 0)).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('refuses a reward that is no number where it is said, not in the writing thread', () => {
    const rows = [aNewTrajectory({ reward: NaN })];
    expect(() => trajectoriesOperation(0, { validation: false, failed: 0, rows }, 0)).toThrow(
      'The reward of rollout g0/0 is NaN',
    );
  });
});
