import { expect, test } from 'vitest';
import { estimateRemaining } from './eta';

test('an even pace gives a narrow range, an uneven one a wide range around the same middle', () => {
  const even = estimateRemaining([2, 2, 2, 2], 10);
  const uneven = estimateRemaining([1, 3, 1, 3], 10);
  expect(even).toEqual({ low: 20, high: 20, basis: 4 });
  expect(uneven?.low).toBeLessThan(20);
  expect(uneven?.high).toBeGreaterThan(20);
});

test('looks at recent steps only', () => {
  expect(estimateRemaining([...Array<number>(100).fill(60), ...Array<number>(40).fill(1)], 5)?.high).toBe(5);
});

test('says nothing when there is nothing to go by, or nothing left', () => {
  expect([estimateRemaining([3], 5), estimateRemaining([NaN, 1], 5), estimateRemaining([1, 1], 0)]).toEqual([
    null,
    null,
    null,
  ]);
});
