import { expect, test } from 'vitest';
import { windowMeans } from './window-means';

test('means over the first, the last and the best nine points', () => {
  const values = [
    ...Array<number>(9).fill(0.1),
    ...Array<number>(9).fill(0.9),
    ...Array<number>(9).fill(0.5),
  ];
  const { first, last, best, points } = windowMeans(values);
  expect([first, last, best].map((mean) => mean?.toFixed(6))).toEqual(['0.100000', '0.500000', '0.900000']);
  expect(points).toBe(9);
});

test('a short run is the mean of what it has; what is no number is left out', () => {
  expect(windowMeans([1, NaN, 3])).toEqual({ first: 2, last: 2, best: 2, points: 2 });
  expect(windowMeans([NaN])).toEqual({ first: null, last: null, best: null, points: 0 });
});
