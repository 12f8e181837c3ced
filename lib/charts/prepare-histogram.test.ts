import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isInBin, prepareHistogram } from './prepare-histogram';

test('every finite value is in exactly one bin, and the counts say so', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { maxLength: 80 }), (values) => {
      const bins = prepareHistogram(values);
      for (const value of values) expect(bins.filter((bin) => isInBin(bins, bin, value))).toHaveLength(1);
      for (const bin of bins)
        expect(values.filter((value) => isInBin(bins, bin, value))).toHaveLength(bin.count);
    }),
  );
});

test('rewards of 0 and 1 alone give two bars and nothing between', () => {
  expect(prepareHistogram([0, 1, 1]).map(({ label, count }) => [label, count])).toEqual([
    ['0', 1],
    ['1.00', 2],
  ]);
});

test('what is no number is in no bar', () => {
  expect(prepareHistogram([NaN, Infinity])).toEqual([]);
});
