import { describe, expect, test } from 'vitest';
import { startFakeMlflow } from '@/lib/testing/fake-mlflow';
import { createFeed, type FeedTiming } from './create-feed';
import { createMlflowTracker } from './mlflow/create-mlflow-tracker';
import type { TrackedPoint } from './tracker';

const RUN = { key: 'k'.repeat(21), project: 'p', name: 'n', tags: [], config: {} };
const QUICK: FeedTiming = { firstPauseMs: 1, timeoutMs: 500, lastWordMs: 2000 };

describe('a tracker', () => {
  test('that answers gets every step in order, and the end', async () => {
    const { server, feed, said } = await aFeed({ timeoutMs: 10_000, lastWordMs: 10_000 });
    for (let step = 0; step < 120; step += 1) feed.post(aPoint(step));
    await feed.close('succeeded');
    expect(server.runs[0]?.metrics.map(({ step }) => step)).toEqual(
      Array.from({ length: 120 }, (_, step) => step),
    );
    expect(server.runs[0]?.status).toBe('FINISHED');
    expect(said).toEqual([]);
  });

  test.each([
    ['hangs', null],
    ['answers 503', 503],
  ])(
    'that %s costs a post nothing, is told of once, and gets the newest steps when it answers',
    async (_, how) => {
      const { server, feed, said } = await aFeed({ maxWaiting: 100 });
      feed.post(aPoint(0));
      await expect.poll(() => server.runs[0]?.metrics).toHaveLength(1);
      server.behave(how);
      for (let step = 1; step <= 300; step += 1) feed.post(aPoint(step));
      await expect.poll(() => said).toHaveLength(1);
      server.behave('well');
      await feed.close('succeeded');
      const steps = server.runs[0]?.metrics.map(({ step }) => step) ?? [];
      expect(steps.slice(-100)).toEqual(Array.from({ length: 100 }, (_each, index) => 201 + index));
      expect(server.runs).toHaveLength(1);
      expect(said[1]).toMatch(/^mlflow did not get \d+ steps of this run\.$/);
      expect(Number(/\d+/.exec(said[1] ?? '')?.[0]) + new Set(steps).size).toBe(301);
    },
  );

  test('that dies in mid-run and comes back goes on with its run', async () => {
    const { server, feed, said } = await aFeed();
    feed.post(aPoint(0));
    await expect.poll(() => server.runs[0]?.metrics).toHaveLength(1);
    await server.stop();
    feed.post(aPoint(1));
    await expect.poll(() => said).toHaveLength(1);
    expect(said[0]).toMatch(
      /^mlflow does not follow this run: the server at MLFLOW_TRACKING_URI cannot be reached/,
    );
    const again = await startFakeMlflow({ port: Number(new URL(server.address).port) });
    await feed.close('failed');
    expect(again.runs[0]).toMatchObject({ status: 'FAILED', metrics: [{ step: 1 }] });
    expect(said).toHaveLength(1);
  });

  test('that is gone for good holds up the end no longer than it may, and what it missed is counted', async () => {
    const { server, feed, said } = await aFeed({ lastWordMs: 50 });
    server.behave(null);
    for (let step = 0; step < 10; step += 1) feed.post(aPoint(step));
    await feed.close('succeeded');
    expect(said.at(-1)).toBe('mlflow did not get 10 steps of this run.');
  });

  test('that refuses is asked no more', async () => {
    const said: string[] = [];
    const tracker = createMlflowTracker(RUN, { variables: {} });
    const feed = createFeed(tracker, (line) => said.push(line), QUICK);
    feed.post(aPoint(0));
    await expect.poll(() => said).toHaveLength(1);
    feed.post(aPoint(1));
    await feed.close('succeeded');
    expect(said).toEqual([
      'mlflow does not follow this run: MLFLOW_TRACKING_URI is not set. Set it to the address of an MLflow server. The run goes on without it.',
      'mlflow did not get 2 steps of this run.',
    ]);
  });
});

function aPoint(step: number): TrackedPoint {
  return { step, time: step, values: { 'a/b': step } };
}

async function aFeed(timing: FeedTiming = {}) {
  const server = await startFakeMlflow();
  const said: string[] = [];
  const tracker = createMlflowTracker(RUN, { variables: { MLFLOW_TRACKING_URI: server.address } });
  const feed = createFeed(tracker, (line) => said.push(line), { ...QUICK, ...timing });
  return { server, feed, said };
}
