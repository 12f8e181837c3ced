import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decayShare, nextRateFactor, smallBatchShare } from './learning-rate';

test('too much drift lowers the rate, too little raises it', () => {
  expect(nextRateFactor(1, 0.08, 0.02)).toBeLessThan(1);
  expect(nextRateFactor(1, 0.005, 0.02)).toBeGreaterThan(1);
  expect(nextRateFactor(1, 0.02, 0.02)).toBe(1);
});

test('without a target or a measurement the rate stays', () => {
  expect(nextRateFactor(0.7, 0.5, null)).toBe(0.7);
  expect(nextRateFactor(0.7, null, 0.02)).toBe(0.7);
  expect(nextRateFactor(0.7, NaN, 0.02)).toBe(0.7);
});

test('the factor stays within its bounds whatever is measured', () => {
  const kl = fc.double({ min: -1, max: 10, noNaN: true });
  fc.assert(
    fc.property(fc.array(kl, { maxLength: 100 }), (series) => {
      const factor = series.reduce((current, value) => nextRateFactor(current, value, 0.02), 1);
      expect(factor).toBeGreaterThanOrEqual(0.05);
      expect(factor).toBeLessThanOrEqual(3);
    }),
  );
});

test('when KL follows the square of the rate, the rule settles on the target', () => {
  let factor = 1;
  for (let step = 0; step < 50; step += 1) factor = nextRateFactor(factor, 0.1 * factor ** 2, 0.02);
  expect(0.1 * factor ** 2).toBeCloseTo(0.02, 6);
});

test('a small batch takes a proportionally shorter step, a large one never a longer', () => {
  expect(smallBatchShare(32, 128)).toBe(0.25);
  expect(smallBatchShare(128, 128)).toBe(1);
  expect(smallBatchShare(500, 128)).toBe(1);
  expect(smallBatchShare(5, 0)).toBe(1);
});

test('decay runs from one to the final share', () => {
  expect(decayShare(0, 101, 0.1)).toBe(1);
  expect(decayShare(50, 101, 0.1)).toBeCloseTo(0.55, 12);
  expect(decayShare(100, 101, 0.1)).toBeCloseTo(0.1, 12);
  expect(decayShare(0, 1, 0.1)).toBe(1);
});
