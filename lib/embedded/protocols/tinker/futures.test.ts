import { expect, test } from 'vitest';
import { createFutures } from './futures';
import { unprocessable } from './tinker-error';

const never = new AbortController().signal;
const ONCE = { key: 'model#1', fingerprint: 'a' };

function futures(pollMs = 60_000) {
  const log: string[] = [];
  return { log, ...createFutures({ processId: 'p1', pollMs, log: (line) => log.push(line) }) };
}

const giving = (json: unknown) => () => Promise.resolve({ json });

test('a result may be fetched more than once', async () => {
  const store = futures();
  const id = store.submit(giving(7), null);
  expect(await store.retrieve(id, never)).toEqual({ state: 'done', result: { json: 7 } });
  expect(await store.retrieve(id, never)).toEqual({ state: 'done', result: { json: 7 } });
});

test('the same request again gets the first id, another body is a conflict', async () => {
  const store = futures();
  let runs = 0;
  const work = () => Promise.resolve({ json: (runs += 1) });
  const id = store.submit(work, ONCE);
  expect(store.submit(work, ONCE)).toBe(id);
  await store.retrieve(id, never);
  expect(runs).toBe(1);
  expect(() => store.submit(work, { ...ONCE, fingerprint: 'b' })).toThrow('sent before with another body');
});

test('a poll ends when its time is over, or its client has gone', async () => {
  const store = futures(1);
  const id = store.submit(() => new Promise(() => undefined), null);
  expect(await store.retrieve(id, never)).toEqual({ state: 'pending' });
  const patient = futures();
  const waiting = patient.submit(() => new Promise(() => undefined), null);
  expect(await patient.retrieve(waiting, AbortSignal.abort())).toEqual({ state: 'pending' });
});

test('a foreseen failure is told; of another only that it happened, the rest is in the log', async () => {
  const store = futures();
  const refused = store.submit(() => Promise.reject(unprocessable('no such thing')), null);
  expect(await store.retrieve(refused, never)).toEqual({
    state: 'failed',
    error: 'no such thing',
    category: 'user',
  });
  const broken = store.submit(() => Promise.reject(new Error('secret detail')), null);
  const answer = await store.retrieve(broken, never);
  expect(answer).toMatchObject({ state: 'failed', category: 'server' });
  expect(JSON.stringify(answer)).not.toContain('secret detail');
  expect(store.log.join()).toContain('secret detail');
});

test('an id of another process is gone, one that never was is unknown', async () => {
  const store = futures();
  await expect(store.retrieve('p0-1', never)).rejects.toMatchObject({ status: 410 });
  await expect(store.retrieve('p1-9', never)).rejects.toMatchObject({ status: 404 });
});
