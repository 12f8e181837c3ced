import { expect, test } from 'vitest';
import type { SeriesRange } from '@/lib/api-client/wire';
import { heldOutKey } from './compared-run';

const EXACT = aRange('val/exact_match');
const REWARD = aRange('val/reward_mean');

test('a column of held-out values holds one metric: exact where every run has it, reward else', () => {
  expect(heldOutKey([[EXACT, REWARD], [EXACT]])).toBe('val/exact_match');
  expect(heldOutKey([[EXACT, REWARD], [REWARD]])).toBe('val/reward_mean');
});

test('a run that was never validated decides nothing', () => {
  expect(heldOutKey([[EXACT, REWARD], []])).toBe('val/exact_match');
  expect(heldOutKey([[REWARD], [aRange('val/exact_match', [])]])).toBe('val/reward_mean');
});

function aRange(key: string, step: readonly number[] = [0]): SeriesRange {
  const zeros = step.map(() => 0);
  return {
    key,
    level: 0,
    step: [...step],
    time: zeros,
    min: zeros,
    max: zeros,
    mean: zeros,
    last: zeros,
    count: zeros,
  };
}
