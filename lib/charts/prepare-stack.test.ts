import { expect, test } from 'vitest';
import { prepareStack } from './prepare-stack';
import type { SeriesColumns } from './series-columns';

function columns(values: readonly number[]): SeriesColumns {
  const ones = values.map(() => 1);
  const step = values.map((_, index) => index);
  return { step, time: step, min: values, max: values, mean: values, last: values, count: ones };
}

test('parts stand on each other, one bar per step', () => {
  const model = prepareStack(
    [
      { name: 'rollout', columns: columns([3, 1]) },
      { name: 'train', columns: columns([1, 2]) },
    ],
    { unit: 'seconds' },
  );
  expect(model.rows).toEqual([
    { from: 0, to: 0, parts: [3, 1] },
    { from: 1, to: 1, parts: [1, 2] },
  ]);
  expect(model.y.domain).toEqual([0, 4]);
});

test('many steps share a bar by their mean, and the bars stay readable', () => {
  const model = prepareStack([{ name: 'rollout', columns: columns(Array<number>(1000).fill(2)) }], {
    unit: 'seconds',
  });
  expect(model.rows.length).toBeLessThanOrEqual(56);
  expect(model.rows.every(({ parts }) => parts[0] === 2)).toBe(true);
  expect(model.rows.at(-1)?.to).toBe(999);
});

test('nothing to stack is no bar', () => {
  expect(prepareStack([{ name: 'a', columns: columns([]) }], { unit: 'seconds' }).rows).toEqual([]);
});
