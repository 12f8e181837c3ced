import { expect, test } from 'vitest';
import { createTurnTaker } from './turn-taker';

const LONG = 60_000;
const unexpected = (): void => {
  throw new Error('no gap was expected');
};

function recorder() {
  const done: string[] = [];
  return { done, work: (name: string) => () => Promise.resolve(done.push(name)) };
}

test('operations run by their number, whatever order they arrive in', async () => {
  const turns = createTurnTaker({ gapMs: LONG, onGap: unexpected });
  const { done, work } = recorder();
  const results = [turns.run(3, work('c')), turns.run(2, work('b'))];
  expect(done).toEqual([]);
  await Promise.all([...results, turns.run(1, work('a'))]);
  expect(done).toEqual(['a', 'b', 'c']);
});

test('a failed operation does not hold the next', async () => {
  const turns = createTurnTaker({ gapMs: LONG, onGap: unexpected });
  const { done, work } = recorder();
  const failed = turns.run(1, () => Promise.reject(new Error('no')));
  const next = turns.run(2, work('b'));
  await expect(failed).rejects.toThrow('no');
  await next;
  expect(done).toEqual(['b']);
});

test('a number that was refused is not waited for, and may come again', async () => {
  const turns = createTurnTaker({ gapMs: LONG, onGap: unexpected });
  const { done, work } = recorder();
  turns.skip(1);
  await turns.run(2, work('b'));
  await turns.run(1, work('a'));
  expect(done).toEqual(['b', 'a']);
  await expect(turns.run(1, work('again'))).rejects.toThrow('request 1 was done before; the next one is 3');
});

test('a gap that is not filled is told, and what came late still runs', async () => {
  const gaps: (readonly number[])[] = [];
  const turns = createTurnTaker({ gapMs: 1, onGap: (ids) => gaps.push(ids) });
  const { done, work } = recorder();
  await turns.run(3, work('c'));
  expect(gaps).toEqual([[1, 2]]);
  await turns.run(2, work('b'));
  expect(done).toEqual(['c', 'b']);
});

test('a number that no client can have reached is refused, and the next goes on', async () => {
  const turns = createTurnTaker({ gapMs: 0, onGap: unexpected });
  const { done, work } = recorder();
  await expect(turns.run(2 ** 40, work('far'))).rejects.toThrow(`request ${2 ** 40} came`);
  await turns.run(1, work('a'));
  expect(done).toEqual(['a']);
});
