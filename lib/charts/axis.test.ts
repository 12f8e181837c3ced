import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stepAxis, valueAxis } from './axis';

test('covers the values with round ticks that differ in print', () => {
  const finite = fc
    .tuple(fc.integer({ min: -1e5, max: 1e5 }), fc.integer({ min: -4, max: 4 }))
    .map(([digits, power]) => digits * 10 ** power);
  fc.assert(
    fc.property(finite, finite, (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const { domain, ticks, labels } = valueAxis(low, high);
      const dust = 1e-9 * (high - low);
      expect(domain[0]).toBeLessThanOrEqual(low + dust);
      expect(domain[1]).toBeGreaterThanOrEqual(high - dust);
      expect(domain[1]).toBeGreaterThan(domain[0]);
      expect(ticks.length).toBeLessThanOrEqual(7);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      if (high - low > 1e-3 * Math.max(1, Math.abs(low), Math.abs(high))) {
        expect(new Set(labels).size).toBe(labels.length);
      }
    }),
  );
});

test('a reward between 0 and 1 is drawn on 0 to 1', () => {
  const axis = valueAxis(0.31, 0.62, { floor: 0, ceiling: 1 });
  expect(axis).toEqual({
    domain: [0, 1],
    ticks: [0, 0.25, 0.5, 0.75, 1],
    labels: ['0', '0.25', '0.50', '0.75', '1.00'],
  });
});

test('a flat series has room, and zero stays zero', () => {
  expect(valueAxis(0, 0, { floor: 0 }).domain).toEqual([0, 1]);
  expect(valueAxis(5, 5).domain[0]).toBeLessThan(5);
});

test('no values at all still give an axis', () => {
  expect(valueAxis(Infinity, -Infinity).domain).toEqual([0, 1]);
});

test('steps are whole numbers', () => {
  expect(stepAxis(0, 3).ticks).toEqual([0, 1, 2, 3]);
  expect(stepAxis(0, 150).ticks).toEqual([0, 50, 100, 150]);
  expect(stepAxis(37, 52).ticks.every(Number.isInteger)).toBe(true);
});
