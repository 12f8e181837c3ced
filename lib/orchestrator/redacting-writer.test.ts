import { expect, onTestFinished, test } from 'vitest';
import { claimRun } from '@/lib/run-store/claim-run';
import { createRunStore } from '@/lib/run-store/create-run-store';
import { openRunWriter } from '@/lib/run-store/open-run-writer';
import type { NewTrajectory } from '@/lib/run-store/run-writer';
import { aNewRun, aNewTrajectory, aTrajectoryBody } from '@/lib/testing/builders';
import { testDatabase, testWriterWorker } from '@/lib/testing/test-database';
import { createTrajectoryStore } from '@/lib/trajectories/create-trajectory-store';
import { redactingWriter } from './redacting-writer';

const SECRET = 'hunter2-of-the-judge';

async function writing() {
  const { db, url } = await testDatabase();
  const store = createRunStore(db);
  const { id: runId } = await store.create(aNewRun());
  const { attempt } = await claimRun(db, { runId });
  const open = await openRunWriter({ databaseUrl: url, attempt, workerUrl: testWriterWorker() });
  onTestFinished(() => open.close().catch(() => undefined));
  const writer = redactingWriter(open, [{ name: 'JUDGE_API_KEY', value: SECRET }]);
  /** A rollout as the store gives it back. */
  const stored = async (rollout: NewTrajectory) => {
    writer.trajectories(0, { validation: false, failed: 0, rows: [rollout] });
    await writer.flush();
    const trajectories = createTrajectoryStore(db);
    const page = { runId, step: 0, validation: false, sort: 'order', limit: 10, offset: 0 } as const;
    const [row] = (await trajectories.list(page)).rows;
    if (row === undefined) throw new Error('nothing was stored');
    return trajectories.get(runId, row.id);
  };
  return { store, runId, writer, stored };
}

test('no secret of the environment reaches the store in a log line, an advisory, a series or a reason', async () => {
  const { store, runId, writer } = await writing();
  writer.append({ kind: 'log', level: 'info', source: 'evaluator', message: `judge called with ${SECRET}` });
  writer.append({ kind: 'advisory', severity: 'info', code: 'a', message: SECRET, step: null });
  writer.append({ kind: 'metrics', step: 0, values: { [`rollout/${SECRET}`]: 1 } });
  writer.status('failed', `401 for ${SECRET}`);
  await writer.flush();
  const events = await store.events({ runs: [runId], after: 0, limit: 100 });
  expect(events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['log', 'advisory', 'metrics']));
  expect(JSON.stringify([events, await store.get(runId)])).not.toContain(SECRET);
  expect(JSON.stringify(events)).toContain('judge called with ***');
});

test('nor in a rollout, wherever an evaluator, an agent or a data row put it', async () => {
  const { stored } = await writing();
  const { row, body } = await stored(
    aNewTrajectory({
      error: `refused: ${SECRET}`,
      promptPreview: `p ${SECRET}`,
      completionPreview: `c ${SECRET}`,
      body: aTrajectoryBody({
        prompt: `p ${SECRET}`,
        completion: `c ${SECRET}`,
        groundTruth: SECRET,
        metrics: { [SECRET]: 1 },
        extraInfo: { request: { headers: [`Bearer ${SECRET}`], [SECRET]: true }, tries: 2 },
        data: { note: SECRET, rows: [{ SECRET }] },
        turns: [
          { role: 'user', content: `use ${SECRET}` },
          { role: 'tool', content: SECRET, toolCallId: '1', name: 'env', outcome: 'ok' },
        ],
      }),
    }),
  );
  expect(JSON.stringify([row, body])).not.toContain(SECRET);
  expect(body.extraInfo).toEqual({ request: { headers: ['Bearer ***'], '***': true }, tries: 2 });
  expect(body.completion).toBe('c ***');
});

test('nor token by token: their texts and ids are taken out where they spell it', async () => {
  const { stored } = await writing();
  const texts = ['a', ...SECRET.split(''), 'z'];
  const { body } = await stored(
    aNewTrajectory({
      body: aTrajectoryBody({
        sequences: [
          {
            tokens: texts.map((text) => text.charCodeAt(0)),
            tokenTexts: texts,
            lossMask: texts.map(() => 1),
            logprobs: texts.map(() => -1),
            weightVersions: [],
          },
        ],
      }),
    }),
  );
  const [sequence] = body.sequences;
  expect(sequence?.tokenTexts.join('')).toBe('a***z');
  expect(sequence?.tokenTexts).toHaveLength(texts.length);
  expect(sequence?.tokens).toEqual([97, ...Array<number>(SECRET.length).fill(0), 122]);
});

test('a rollout without a secret is stored as it is', async () => {
  const { stored } = await writing();
  const rollout = aNewTrajectory({ body: aTrajectoryBody({ extraInfo: { note: 'nothing to hide' } }) });
  const { body } = await stored(rollout);
  expect(body).toEqual(rollout.body);
});
