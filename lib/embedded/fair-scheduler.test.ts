import { expect, test } from 'vitest';
import { createFairScheduler } from './fair-scheduler';
import { Refusal } from './refusal';

/** Jobs that last as long as told, on a clock of their own. */
function setUp(slots = 1) {
  let time = 0;
  const order: string[] = [];
  const scheduler = createFairScheduler({ slots, now: () => time });
  const job = (name: string, ms: number) => async (): Promise<string> => {
    order.push(name);
    await Promise.resolve();
    time += ms;
    return name;
  };
  return { scheduler, order, job };
}

test('two models with equal jobs take turns, whoever queued first and however much', async () => {
  const { scheduler, order, job } = setUp();
  const jobs = [
    ...['a1', 'a2', 'a3', 'a4'].map((name) => scheduler.run('a', job(name, 10))),
    ...['b1', 'b2'].map((name) => scheduler.run('b', job(name, 10))),
  ];
  expect(await Promise.all(jobs)).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2']);
  expect(order).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'a4']);
});

test('time is shared, not turns: a model with long jobs gets fewer of them', async () => {
  const { scheduler, order, job } = setUp();
  await Promise.all([
    ...['A1', 'A2', 'A3'].map((name) => scheduler.run('a', job(name, 40))),
    ...['b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7', 'b8'].map((name) => scheduler.run('b', job(name, 10))),
  ]);
  expect(order.indexOf('A2')).toBe(5);
});

test('a model that slept gets its turn, but no credit for the sleep', async () => {
  const { scheduler, order, job } = setUp();
  await scheduler.run('b', job('b0', 10));
  await scheduler.run('a', job('a0', 1000));
  const busy = ['a1', 'a2', 'a3'].map((name) => scheduler.run('a', job(name, 10)));
  const late = ['b1', 'b2', 'b3'].map((name) => scheduler.run('b', job(name, 10)));
  await Promise.all([...busy, ...late]);
  expect(order).toEqual(['b0', 'a0', 'a1', 'b1', 'a2', 'b2', 'a3', 'b3']);
});

test('what was used while nobody else wanted it is not held against a model', async () => {
  const { scheduler, order, job } = setUp();
  await scheduler.run('a', job('a0', 100_000));
  const late = ['b1', 'b2', 'b3'].map((name) => scheduler.run('b', job(name, 10)));
  const busy = ['a1', 'a2'].map((name) => scheduler.run('a', job(name, 10)));
  await Promise.all([...busy, ...late]);
  expect(order.indexOf('a1')).toBeLessThan(order.indexOf('b3'));
});

test('a job whose client has hung up before is not run', async () => {
  const { scheduler, order, job } = setUp();
  await expect(scheduler.run('a', job('a1', 1), AbortSignal.abort())).rejects.toMatchObject({
    code: 'cancelled',
  });
  expect(order).toEqual([]);
});

test('jobs of one model never overlap, even with free slots', async () => {
  const { scheduler } = setUp(4);
  let running = 0;
  let most = 0;
  const job = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
  };
  await Promise.all([scheduler.run('a', job), scheduler.run('a', job), scheduler.run('a', job)]);
  expect(most).toBe(1);
});

test('different models run side by side as far as there are slots', async () => {
  const { scheduler } = setUp(2);
  const started: string[] = [];
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const jobs = ['a', 'b', 'c'].map((owner) =>
    scheduler.run(owner, async () => {
      started.push(owner);
      await gate;
    }),
  );
  expect(started).toEqual(['a', 'b']);
  release();
  await Promise.all(jobs);
  expect(started).toEqual(['a', 'b', 'c']);
});

test('a failing job fails its caller only', async () => {
  const { scheduler, job } = setUp();
  const failing = scheduler.run('a', () => Promise.reject(new Error('broken')));
  const next = scheduler.run('a', job('a2', 1));
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('a2');
});

test('a waiting job of a client that hangs up is given up; a running one is finished', async () => {
  const { scheduler, order, job } = setUp();
  const first = new AbortController();
  const second = new AbortController();
  const running = scheduler.run('a', job('a1', 1), first.signal);
  const waiting = scheduler.run('a', job('a2', 1), second.signal);
  first.abort();
  second.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  expect(await running).toBe('a1');
  expect(order).toEqual(['a1']);
  expect(scheduler.queued('a')).toBe(0);
});

test('dropping a model rejects what waits, and the others go on', async () => {
  const { scheduler, job } = setUp();
  const running = scheduler.run('a', job('a1', 1));
  const waiting = scheduler.run('a', job('a2', 1));
  const other = scheduler.run('b', job('b1', 1));
  scheduler.drop('a', new Refusal('no_model', 'closed'));
  await expect(waiting).rejects.toMatchObject({ code: 'no_model' });
  expect(await Promise.all([running, other])).toEqual(['a1', 'b1']);
});
