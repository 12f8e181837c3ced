import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { smooth, type Smoothing } from './smooth';

const EMA: Smoothing = { kind: 'ema', weight: 0.8 };
const value = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const kinds = fc.oneof(
  fc.record({ kind: fc.constant('ema' as const), weight: fc.double({ min: 0, max: 0.99, noNaN: true }) }),
  fc.record({ kind: fc.constant('rolling' as const), window: fc.integer({ min: 1, max: 30 }) }),
);
const every = (values: readonly number[], by = 1) => ({
  step: values.map((_, index) => index * by),
  value: values,
});

describe('smooth', () => {
  test('starts at the first value: no pull towards zero', () => {
    expect(smooth(every([5, 5, 5]), EMA)).toEqual([5, 5, 5]);
  });

  test('stays within the values it has seen', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), kinds, (values, kind) => {
        const [low, high] = [Math.min(...values), Math.max(...values)];
        for (const smoothed of smooth(every(values), kind)) {
          expect(smoothed).toBeGreaterThanOrEqual(low - 1e-6);
          expect(smoothed).toBeLessThanOrEqual(high + 1e-6);
        }
      }),
    );
  });

  test('never reaches across a gap', () => {
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 30 }),
        fc.array(value, { maxLength: 30 }),
        kinds,
        (a, b, kind) => {
          const both = smooth(every([...a, NaN, ...b]), kind);
          const alone = smooth({ step: b.map((_, index) => a.length + 1 + index), value: b }, kind);
          expect(both.slice(0, a.length)).toEqual(smooth(every(a), kind));
          expect(both[a.length]).toBeNull();
          both
            .slice(a.length + 1)
            .forEach((smoothed, index) => expect(smoothed).toBeCloseTo(alone[index] ?? NaN, 6));
        },
      ),
    );
  });

  test('a thinned series shows nearly the same curve as the full one', () => {
    const full = Array.from({ length: 400 }, (_, step) => step / 400);
    const curve = smooth(every(full), EMA);
    const thinned = smooth(
      every(
        full.filter((_, step) => step % 4 === 0),
        4,
      ),
      EMA,
    );
    thinned.slice(10).forEach((smoothed, index) => {
      expect(Math.abs((smoothed ?? 0) - (curve[(index + 10) * 4] ?? 0))).toBeLessThan(0.02);
    });
  });

  test('a rolling mean covers the last steps, not the last rows', () => {
    const samples = { step: [0, 10, 11, 12], value: [100, 1, 2, 3] };
    expect(smooth(samples, { kind: 'rolling', window: 3 })).toEqual([100, 1, 1.5, 2]);
  });

  test('without smoothing what is no number is a gap', () => {
    expect(smooth(every([1, Infinity, 0]), { kind: 'none' })).toEqual([1, null, 0]);
  });
});
