import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bestCheckpoint, removable } from './retention';

const at = (step: number, score: number | null = null) => ({ step, score });
const best = { metric: 'val/reward_mean', goal: 'max' } as const;

test('the newest stay, and the best however old it is', () => {
  const checkpoints = [at(5, 0.9), at(10, 0.4), at(15, 0.6), at(20)];
  expect(removable(checkpoints, { keepLast: 2, best })).toEqual([10]);
  expect(removable(checkpoints, { keepLast: 2, best: { ...best, goal: 'min' } })).toEqual([5]);
  expect(removable(checkpoints, { keepLast: 2, best: null })).toEqual([10, 5]);
  expect(removable(checkpoints, { keepLast: null, best })).toEqual([]);
});

test('of equal scores the earlier one is the best', () => {
  expect(bestCheckpoint([at(20, 0.5), at(10, 0.5), at(30, 0.4)], 'max')).toEqual({ step: 10, score: 0.5 });
  expect(bestCheckpoint([at(10)], 'max')).toBeNull();
});

test('whatever comes, the newest and the best are never removed', () => {
  const score = fc.option(fc.double({ noNaN: true, min: -1, max: 1 }), { nil: null });
  const steps = fc.uniqueArray(fc.record({ step: fc.nat(200), score }), {
    selector: ({ step }) => step,
    minLength: 1,
  });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 5 }), (checkpoints, keepLast) => {
      const gone = new Set(removable(checkpoints, { keepLast, best }));
      expect(gone.has(Math.max(...checkpoints.map(({ step }) => step)))).toBe(false);
      const kept = bestCheckpoint(checkpoints, 'max');
      if (kept !== null) expect(gone.has(kept.step)).toBe(false);
      expect(checkpoints.length - gone.size).toBeLessThanOrEqual(keepLast + 1);
    }),
  );
});
