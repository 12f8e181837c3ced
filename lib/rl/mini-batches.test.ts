import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitMiniBatches } from './mini-batches';

const limits = fc.record({
  maxMiniBatches: fc.integer({ min: 1, max: 8 }),
  minSequences: fc.integer({ min: 1, max: 64 }),
});

test('every sequence is in exactly one mini-batch, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { maxLength: 300 }), limits, (batch, choice) => {
      expect(splitMiniBatches(batch, choice).flat()).toEqual(batch);
    }),
  );
});

test('mini-batches are near equal, at most so many, and not too small', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 300 }), limits, (batch, choice) => {
      const sizes = splitMiniBatches(batch, choice).map((part) => part.length);
      expect(sizes.length).toBeLessThanOrEqual(choice.maxMiniBatches);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      if (sizes.length > 1) expect(Math.min(...sizes)).toBeGreaterThanOrEqual(choice.minSequences);
    }),
  );
});

test('an empty batch has no mini-batch', () => {
  expect(splitMiniBatches([], { maxMiniBatches: 4, minSequences: 1 })).toEqual([]);
});
