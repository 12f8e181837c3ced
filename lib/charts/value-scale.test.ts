import fc from 'fast-check';
import { expect, test } from 'vitest';
import { axisFor, LINEAR } from './value-scale';

const LOG = { scale: 'log', outliers: 'shown' } as const;

test('a logarithmic axis covers its values with ticks that differ in print, whatever their size', () => {
  const positive = fc
    .tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: -9, max: 7 }))
    .map(([digits, power]) => digits * 10 ** power);
  fc.assert(
    fc.property(fc.array(positive, { minLength: 1, maxLength: 30 }), (values) => {
      const { domain, ticks, labels } = axisFor(values, LOG);
      expect(domain[0]).toBeGreaterThan(0);
      expect(domain[0]).toBeLessThanOrEqual(Math.min(...values) * (1 + 1e-8));
      expect(domain[1]).toBeGreaterThanOrEqual(Math.max(...values) * (1 - 1e-8));
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      expect(ticks.length).toBeLessThanOrEqual(7);
      expect(new Set(labels).size).toBe(labels.length);
    }),
  );
});

test('a learning rate that falls from 1e-4 to 1e-6 has whole powers and halves between', () => {
  expect(axisFor([1e-4, 3e-5, 1e-6], LOG)).toMatchObject({
    domain: [1e-6, 1e-4],
    ticks: [1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4],
  });
});

test('one value far off does not flatten the others when outliers are cut, and does when they are shown', () => {
  const values = [...Array.from({ length: 99 }, (_, at) => 1 + (at % 10) / 10), 1e6];
  expect(axisFor(values, { ...LINEAR, outliers: 'cut' }).domain).toEqual([1, 2]);
  expect(axisFor(values, LINEAR).domain[1]).toBeGreaterThanOrEqual(1e6);
  // in powers of ten, 1e6 is far from values of one power
  expect(axisFor(values, { ...LOG, outliers: 'cut' }).domain[1]).toBe(2);
});

test('what spreads evenly is never cut, nor a handful of values', () => {
  const spread = Array.from({ length: 200 }, (_, at) => at);
  expect(axisFor(spread, { ...LINEAR, outliers: 'cut' }).domain).toEqual([0, 200]);
  expect(axisFor([0, 1, 1, 1, 1000], { ...LINEAR, outliers: 'cut' }).domain[1]).toBeGreaterThanOrEqual(1000);
});

test('without values there is still an axis', () => {
  expect(axisFor([], LOG).domain).toEqual([0.1, 1]);
  expect(axisFor([], { ...LINEAR, outliers: 'cut' }).domain).toEqual([0, 1]);
});
