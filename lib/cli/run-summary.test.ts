import fc from 'fast-check';
import { expect, test } from 'vitest';
import { windowMeans } from './run-summary';

test('there is one mean for every window of neighbours', () => {
  expect(windowMeans([0, 1, 2, 3], 2)).toEqual([0.5, 1.5, 2.5]);
});

test('a series shorter than the window has one mean over all of it, an empty one none', () => {
  expect(windowMeans([1, 3], 9)).toEqual([2]);
  expect(windowMeans([], 9)).toEqual([]);
});

test('every mean lies between the least and the greatest value of its window', () => {
  const values = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 12 }), (series, width) => {
      windowMeans(series, width).forEach((mean, start) => {
        const window = series.slice(start, start + width);
        expect(mean).toBeGreaterThanOrEqual(Math.min(...window) - 1e-9);
        expect(mean).toBeLessThanOrEqual(Math.max(...window) + 1e-9);
      });
    }),
  );
});
