import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBatcher } from './sample-batcher';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

type Sent = {
  requests: readonly number[];
  signal: AbortSignal;
  answer: (results: readonly string[]) => void;
  fail: (error: Error) => void;
};

function setUp(maxBatch = 100) {
  const sent: Sent[] = [];
  const batcher = createBatcher<number, string>({
    send: (requests, signal) =>
      new Promise((resolve, reject) => sent.push({ requests, signal, answer: resolve, fail: reject })),
    maxBatch,
    windowMs: 1,
  });
  return { sent, batcher };
}

const never = new AbortController().signal;

test('calls made together become one call, and each gets its own answer', async () => {
  const { sent, batcher } = setUp();
  const results = [1, 2, 3].map((request) => batcher.add(request, never));
  expect(sent).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(sent.map(({ requests }) => requests)).toEqual([[1, 2, 3]]);
  sent[0]?.answer(['a', 'b', 'c']);
  expect(await Promise.all(results)).toEqual(['a', 'b', 'c']);
});

test('a full batch leaves at once, the rest with the next one', async () => {
  const { sent, batcher } = setUp(2);
  for (const request of [1, 2, 3]) void batcher.add(request, never);
  expect(sent.map(({ requests }) => requests)).toEqual([[1, 2]]);
  await vi.advanceTimersByTimeAsync(1);
  expect(sent.map(({ requests }) => requests)).toEqual([[1, 2], [3]]);
});

test('who aborts gets his reason at once; the others keep their answers', async () => {
  const { sent, batcher } = setUp();
  const mine = new AbortController();
  const first = batcher.add(1, mine.signal);
  const second = batcher.add(2, never);
  await vi.advanceTimersByTimeAsync(1);
  mine.abort(new Error('stopped'));
  await expect(first).rejects.toThrow('stopped');
  expect(sent[0]?.signal.aborted).toBe(false);
  sent[0]?.answer(['a', 'b']);
  expect(await second).toBe('b');
});

test('when everybody has aborted the batch is given up, and an aborted call is never sent', async () => {
  const { sent, batcher } = setUp();
  const run = new AbortController();
  const results = [1, 2].map((request) => batcher.add(request, run.signal));
  await vi.advanceTimersByTimeAsync(1);
  run.abort(new Error('stopped'));
  await expect(Promise.allSettled(results)).resolves.toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
  ]);
  expect(sent[0]?.signal.aborted).toBe(true);
  await expect(batcher.add(3, run.signal)).rejects.toThrow('stopped');
  await vi.advanceTimersByTimeAsync(1);
  expect(sent).toHaveLength(1);
});

test('who comes while an aborted call is still being gathered is answered', async () => {
  const { sent, batcher } = setUp();
  const stopped = new AbortController();
  const first = batcher.add(1, stopped.signal);
  stopped.abort(new Error('stopped'));
  const second = batcher.add(2, never);
  await expect(first).rejects.toThrow('stopped');
  await vi.advanceTimersByTimeAsync(1);
  expect(sent.map(({ requests, signal }) => [requests, signal.aborted])).toEqual([[[2], false]]);
  sent[0]?.answer(['b']);
  expect(await second).toBe('b');
});

test('a failed batch fails all its calls with the same error', async () => {
  const { sent, batcher } = setUp();
  const results = [1, 2].map((request) => batcher.add(request, never));
  await vi.advanceTimersByTimeAsync(1);
  const error = new Error('gone');
  sent[0]?.fail(error);
  expect(await Promise.allSettled(results)).toEqual(
    [1, 2].map(() => ({ status: 'rejected', reason: error })),
  );
});
