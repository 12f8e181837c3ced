import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Run, RunId } from '@/lib/domain/run';
import { AppError } from '@/lib/shared/app-error';
import { aRun } from '@/lib/testing/builders';
import { createEventFeed } from './event-feed';

const RUN = aRun();

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A store that says nothing new, and counts how often it is asked. */
function countingStore() {
  const store = {
    reads: 0,
    run: RUN,
    lastSeq: () => Promise.resolve(5),
    get: () => Promise.resolve(store.run),
    events: () => {
      store.reads += 1;
      return store.reads === 2 ? Promise.reject(new Error('database is locked')) : Promise.resolve([]);
    },
  };
  return store;
}

function listener() {
  const told: number[] = [];
  return {
    told,
    runs: new Set([RunId.parse(1)]),
    onEvents: () => undefined,
    onRun: (run: Run) => told.push(run.step),
  };
}

test('one round of reading serves all who listen, and none is made when nobody does', async () => {
  const store = countingStore();
  const feed = createEventFeed(store, { pollMs: 10, snapshotMs: 1000 });
  await vi.advanceTimersByTimeAsync(200);
  expect(store.reads).toBe(0);
  const stops = Array.from({ length: 8 }, () => feed.subscribe(listener()));
  await vi.advanceTimersByTimeAsync(100);
  expect(store.reads).toBeLessThanOrEqual(11);
  stops.forEach((stop) => stop());
  await vi.advanceTimersByTimeAsync(20);
  const before = store.reads;
  await vi.advanceTimersByTimeAsync(500);
  expect(store.reads).toBe(before);
});

test('a run is told when it has changed, and a locked store in between ends nothing', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const store = countingStore();
  const { told, ...ears } = listener();
  const stop = createEventFeed(store, { pollMs: 10, snapshotMs: 50 }).subscribe(ears);
  await vi.advanceTimersByTimeAsync(200);
  store.run = { ...RUN, step: 5 };
  await vi.advanceTimersByTimeAsync(200);
  stop();
  expect(told).toEqual([4, 5]);
  expect(console.warn).toHaveBeenCalledOnce();
});

test('a run that was never there keeps nobody from hearing of the others', async () => {
  const store = countingStore();
  const absent = RunId.parse(99);
  const get = (id: RunId): Promise<Run> =>
    id === absent ? Promise.reject(new AppError('not_found', 'There is no run 99.')) : store.get();
  const { told, ...ears } = listener();
  const both = { ...ears, runs: new Set([absent, RunId.parse(1)]) };
  const events = () => Promise.resolve([]);
  const stop = createEventFeed({ ...store, get, events }, { pollMs: 10, snapshotMs: 50 }).subscribe(both);
  await vi.advanceTimersByTimeAsync(200);
  stop();
  expect(told).toEqual([4]);
});

test('a store that stays locked is said once, not at every poll', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const events = () => Promise.reject(new Error('database is locked'));
  const feed = createEventFeed({ ...countingStore(), events }, { pollMs: 10, snapshotMs: 50 });
  const stop = feed.subscribe(listener());
  warn.mockClear();
  await vi.advanceTimersByTimeAsync(200);
  stop();
  expect(warn).toHaveBeenCalledOnce();
});
