import fc from 'fast-check';
import { beforeEach, expect, test } from 'vitest';
import type { Database } from '@/lib/db/open-database';
import type { RunId } from '@/lib/domain/run';
import { NEWEST_FIRST, runColumnOf, runSortOf } from '@/lib/domain/run-column';
import { parseRunQuery } from '@/lib/domain/run-query';
import { createMetricStore } from '@/lib/metrics/create-metric-store';
import { claimRun } from '@/lib/run-store/claim-run';
import { createRunStore } from '@/lib/run-store/create-run-store';
import { openRunWriter } from '@/lib/run-store/open-run-writer';
import { renewAttempt } from '@/lib/run-store/renew-attempt';
import { aNewRun, aSnapshot } from '@/lib/testing/builders';
import { testDatabase, testWriterWorker } from '@/lib/testing/test-database';
import { createRunTable } from './create-run-table';
import { rewriteNewestMetrics } from './rewrite-newest-metrics';
import type { RunTable } from './run-table';

let db: Database;
let url: string;
let table: RunTable;

beforeEach(async () => {
  ({ db, url } = await testDatabase());
  table = createRunTable(db);
});

/** Three runs: seeds 1 to 3, rates 0.1, 0.1 and 0.2. */
async function threeRuns(): Promise<readonly RunId[]> {
  const store = createRunStore(db);
  const ids: RunId[] = [];
  for (const [seed, rate, name] of [
    [1, 0.1, 'Adder small'],
    [2, 0.1, 'adder big'],
    [3, 0.2, 'pig'],
  ] as const) {
    const resolved = { data: { seed, files: ['a.jsonl'] }, trainer: { rate, kind: 'ppo' } };
    ids.push((await store.create(aNewRun({ name, seed, snapshot: { ...aSnapshot(), resolved } }))).id);
  }
  return ids;
}

async function say(id: RunId, ...steps: readonly Readonly<Record<string, number>>[]): Promise<void> {
  const { attempt } = await claimRun(db, { runId: id });
  const writer = await openRunWriter({ databaseUrl: url, attempt, workerUrl: testWriterWorker() });
  for (const [step, values] of steps.entries()) writer.append({ kind: 'metrics', step, values });
  await writer.close();
}

async function idsOf(query: string, sort: string = NEWEST_FIRST): Promise<readonly number[]> {
  const page = await table.page({
    query: parseRunQuery(query),
    sort: runSortOf(sort),
    columns: [],
    offset: 0,
    limit: 10,
  });
  expect(page.total).toBe(page.rows.length);
  return page.rows.map(({ run }) => run.id);
}

test('runs are found by words, fields, numbers and keys of their configuration', async () => {
  const [one, two, three] = await threeRuns();
  expect(await idsOf('')).toEqual([three, two, one]);
  expect(await idsOf('adder')).toEqual([two, one]);
  expect(await idsOf(`#${one}`)).toEqual([one]);
  expect(await idsOf('seed>=2 name:adder')).toEqual([two]);
  expect(await idsOf('trainer.rate=1e-1')).toEqual([two, one]);
  expect(await idsOf('trainer.rate>0.15')).toEqual([three]);
  expect(await idsOf('trainer.rate!=0.1')).toEqual([three]);
  expect(await idsOf('trainer.kind=ppo data.files[0]=a.jsonl')).toHaveLength(3);
  expect(await idsOf('trainer.kind>3')).toEqual([]);
  expect(await idsOf('status:queued,failed')).toHaveLength(3);
  expect(await idsOf('status!=queued')).toEqual([]);
  expect(await idsOf("'; DROP TABLE x; -- name:'")).toEqual([]);
});

test('the newest value of a metric filters, orders and is a column; runs without one come last', async () => {
  const [one, two, three] = await threeRuns();
  if (one === undefined || two === undefined) throw new Error('no runs');
  await say(one, { 'rollout/reward_mean': 0.1, 'actor/loss': NaN }, { 'rollout/reward_mean': 0.4 });
  await say(two, { 'rollout/reward_mean': 0.9 });
  expect(await idsOf('', 'rollout/reward_mean')).toEqual([one, two, three]);
  expect(await idsOf('', '-rollout/reward_mean')).toEqual([two, one, three]);
  expect(await idsOf('rollout/reward_mean>0.5')).toEqual([two]);
  const page = await table.page({
    query: parseRunQuery(''),
    sort: runSortOf('run'),
    columns: ['rollout/reward_mean', 'actor/loss', 'trainer.rate', 'seed'].map(runColumnOf),
    offset: 0,
    limit: 2,
  });
  expect(page.rows.map(({ cells }) => cells)).toEqual([
    [0.4, null, '0.1', 1],
    [0.9, null, '0.1', 2],
  ]);
  expect(page).toMatchObject({ total: 3, all: 3 });
  expect(await table.columns()).toMatchObject({
    metrics: ['actor/loss', 'rollout/reward_mean'],
    config: ['data.files[0]', 'data.seed', 'trainer.kind', 'trainer.rate'],
  });
});

test('what a new attempt made stale is no newest value', async () => {
  const [id] = await threeRuns();
  if (id === undefined) throw new Error('no run');
  const { attempt } = await claimRun(db, { runId: id });
  const writer = await openRunWriter({ databaseUrl: url, attempt, workerUrl: testWriterWorker() });
  for (let step = 0; step < 6; step += 1) {
    const held = step % 2 === 0 ? {} : { 'val/reward_mean': step / 10 };
    writer.append({ kind: 'metrics', step, values: { 'rollout/reward_mean': step, ...held } });
  }
  await writer.close();
  await renewAttempt(db, attempt, { startStep: 3 });
  await rewriteNewestMetrics(db, createMetricStore(db), id);
  expect(await idsOf('val/reward_mean=0.5')).toEqual([]);
  expect(await idsOf('val/reward_mean=0.1 rollout/reward_mean=2')).toEqual([id]);
});

test('groups have the mean and the sample deviation of a metric', async () => {
  const [one, two, three] = await threeRuns();
  if (one === undefined || two === undefined || three === undefined) throw new Error('no runs');
  await say(one, { 'rollout/reward_mean': 0.2 });
  await say(two, { 'rollout/reward_mean': 0.4 });
  await say(three, { 'rollout/reward_mean': 0.9 });
  const groups = await table.groups({
    query: parseRunQuery(''),
    by: runColumnOf('trainer.rate'),
    metric: 'rollout/reward_mean',
  });
  expect(groups).toMatchObject([
    { value: '0.2', runs: 1, count: 1, mean: 0.9, std: null },
    { value: '0.1', runs: 2, count: 2 },
  ]);
  expect(groups[1]?.mean).toBeCloseTo(0.3);
  expect(groups[1]?.std).toBeCloseTo(Math.SQRT2 / 10);
});

test('rehearsals are listed, and in no list of the best unless they are asked for', async () => {
  const rehearsal = { backend: 'tinker' as const, protocol: 'Tinker', substitutions: [], withheld: [] };
  const store = createRunStore(db);
  const { id } = await store.create(aNewRun({ name: 'tried', snapshot: aSnapshot({ rehearsal }) }));
  await store.create(aNewRun({ name: 'real' }));
  expect(await idsOf('is:rehearsal')).toEqual([id]);
  expect(await idsOf('')).toContain(id);
  const best = (typed: string) =>
    table.groups({ query: parseRunQuery(typed), by: runColumnOf('name'), metric: 'rollout/reward_mean' });
  expect((await best('')).map(({ value }) => value)).toEqual(['real']);
  expect((await best('is:rehearsal')).map(({ value }) => value)).toEqual(['tried']);
});

test('what people say of runs is kept, found and undone', async () => {
  const ids = await threeRuns();
  const [one, two, three] = ids;
  if (one === undefined || two === undefined || three === undefined) throw new Error('no runs');
  await table.annotate([one, two], { addTags: ['base', 'näher'] });
  await table.annotate([one], {
    addTags: ['base', 'new'],
    removeTags: ['näher'],
    notes: 'Best so far',
    isPinned: true,
  });
  await table.annotate([two], { isArchived: true, name: 'Second' });
  const store = createRunStore(db);
  expect(await store.get(one)).toMatchObject({ tags: ['base', 'new'], notes: 'Best so far', isPinned: true });
  expect(await store.get(two)).toMatchObject({ tags: ['base', 'näher'], isArchived: true, name: 'Second' });
  expect(await idsOf('')).toEqual([one, three]);
  expect(await idsOf('is:archived')).toEqual([two]);
  expect(await idsOf('tag:base')).toEqual([one]);
  expect(await idsOf('best')).toEqual([one]);

  await expect(table.annotate(ids, { isDeleted: true })).rejects.toMatchObject({ code: 'conflict' });
  await store.command(one, 'stop');
  await table.annotate([one], { isDeleted: true });
  expect(await idsOf('')).toEqual([three]);
  expect(await idsOf('is:deleted')).toEqual([one]);
  await table.annotate([one], { isDeleted: false });
  expect(await idsOf('')).toEqual([one, three]);
});

test('tags are a set, in the order in which they came', async () => {
  const [id] = await threeRuns();
  if (id === undefined) throw new Error('no run');
  const tag: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'c', 'd"', "e'");
  const change = fc.record({ addTags: fc.array(tag), removeTags: fc.array(tag) });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 4 }), async (changes) => {
      await db.run.update({ where: { id }, data: { tags: '[]' } });
      let expected: string[] = [];
      for (const each of changes) {
        await table.annotate([id], each);
        const all = [...new Set([...expected, ...each.addTags])];
        expected = all.filter((one) => !each.removeTags.includes(one));
      }
      expect((await createRunStore(db).get(id)).tags).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

test('views are saved by name', async () => {
  await table.saveView({ name: 'Baselines', query: 'q=tag:base' });
  await table.saveView({ name: 'Baselines', query: 'q=tag:base&sort=name' });
  expect(await table.views()).toEqual([{ name: 'Baselines', query: 'q=tag:base&sort=name' }]);
  await table.removeView('Baselines');
  expect(await table.views()).toEqual([]);
});
