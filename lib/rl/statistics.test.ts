import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mean, roundHalfEven, standardDeviation, summarise } from './statistics';

test('statistics of a known list', () => {
  expect(summarise([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({ mean: 5, std: 2, min: 2, max: 9 });
  expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9], { unbiased: true })).toBeCloseTo(2.13808993529939, 12);
});

test('an empty list and a single value have no spread', () => {
  expect(summarise([])).toEqual({ mean: 0, std: 0, min: 0, max: 0 });
  expect(standardDeviation([3], { unbiased: true })).toBe(0);
});

test('the mean lies between the extremes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 }), (values) => {
      const { min, max } = summarise(values);
      expect(mean(values)).toBeGreaterThanOrEqual(min - 1e-9);
      expect(mean(values)).toBeLessThanOrEqual(max + 1e-9);
    }),
  );
});

test('halves are rounded to the even number', () => {
  expect([0.5, 1.5, 2.5, -0.5, -1.5, 0.4, 0.6].map(roundHalfEven)).toEqual([0, 2, 2, -0, -2, 0, 1]);
});
