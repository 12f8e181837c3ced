import fc from 'fast-check';
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

test('every mean lies between the least and the greatest value, and none is better than the best', () => {
  const values = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(values, (series) => {
      const { first, last, best } = windowMeans(series);
      const means = [first, last, best].map((mean) => mean ?? NaN);
      expect(Math.min(...means)).toBeGreaterThanOrEqual(Math.min(...series) - 1e-9);
      expect(Math.max(...means)).toBeLessThanOrEqual(Math.max(...series) + 1e-9);
      expect(Math.max(...means)).toBe(best);
    }),
  );
});

test('a run of a million steps has means too', () => {
  expect(windowMeans(Array<number>(1_000_000).fill(0.5)).best).toBe(0.5);
});
