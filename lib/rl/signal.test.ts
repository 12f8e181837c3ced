import { expect, test } from 'vitest';
import { hasSignal, zeroSignalKind } from './signal';

test('a group without signal says whether it was all right or all wrong', () => {
  expect(zeroSignalKind([1, 1, 1])).toBe('all_right');
  expect(zeroSignalKind([0.3, 0.3])).toBe('all_wrong');
  expect(zeroSignalKind([0.3, 1])).toBeNull();
});

test('rounding in an evaluator is no signal, and one rollout has none', () => {
  expect(hasSignal([0.1 + 0.2, 0.3])).toBe(false);
  expect(hasSignal([1])).toBe(false);
  expect(hasSignal([0, 1e-6])).toBe(true);
});
