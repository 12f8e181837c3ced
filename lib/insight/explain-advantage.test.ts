import { expect, test } from 'vitest';
import { groupAdvantages } from '@/lib/rl/advantages/grpo';
import { explainAdvantage } from './explain-advantage';

const REWARDS = [1, 0.5, 0, 0.5];

test('fills in the formula that the trainer used', () => {
  const normalised = groupAdvantages(REWARDS, { divideByStd: true });
  const centred = groupAdvantages(REWARDS, { divideByStd: false });
  expect(explainAdvantage(REWARDS, 1, normalised[0] ?? 0).formula).toBe(
    '(1.00 − 0.500) / (0.408 + 1e-6) = +1.22',
  );
  expect(explainAdvantage(REWARDS, 0, centred[2] ?? 0).formula).toBe('0 − 0.500 = −0.500');
});

test('a group without a signal says so', () => {
  expect(explainAdvantage([1, 1], 1, 0).formula).toBe('every reward of the group is 1.00: no signal, so 0');
});

test('equal rewards spread by nothing, whatever their binary fractions sum to', () => {
  const reading = explainAdvantage(
    Array.from({ length: 8 }, () => 5 / 12),
    5 / 12,
    0,
  );
  expect(reading.std).toBe(0);
});

test('claims no formula that does not give the recorded value', () => {
  expect(explainAdvantage(REWARDS, 1, 0.9).formula).toBeNull();
  expect(explainAdvantage(REWARDS, 1, null).formula).toBeNull();
});

test('leave-one-out compares a rollout with the others alone', () => {
  const others = (0.25 + 0.5 + 1) / 3;
  const { formula } = explainAdvantage([0, 0.25, 0.5, 1], 0, -others);
  expect(formula).toBe('0 − 0.583 (mean of the others) = −0.583');
});
