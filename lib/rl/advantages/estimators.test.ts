import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { golden } from '../fixtures/golden';
import { type EstimatorName, ADVANTAGE_ESTIMATORS, chooseEstimator } from './choose-estimator';
import { type Advantage, advantageAt, meanAdvantage, type ScoredGroup, scoreOf } from './estimator';

type Case = (typeof golden.advantages)[number];

function groupsOf({ groups, rollouts, rewards, lengths, penalties }: Case): readonly ScoredGroup[] {
  const result: ScoredGroup[number][][] = [];
  for (const [index, group] of groups.entries()) {
    const penalty = penalties?.[index];
    (result[group] ??= []).push({
      rollout: rollouts[index] ?? 0,
      reward: rewards[index] ?? 0,
      tokens: lengths[index] ?? 0,
      penalties: penalty === undefined ? null : Float64Array.from(penalty),
    });
  }
  return result;
}

function estimate(
  name: EstimatorName,
  groups: readonly ScoredGroup[],
  options: Partial<Case> = {},
): Advantage[] {
  const estimator = chooseEstimator({ name, divideByStd: true, discount: options.discount ?? 1 });
  return estimator(groups).flat();
}

function expectRows(actual: readonly Advantage[], expected: readonly (number | readonly number[])[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, row] of expected.entries()) {
    const advantage = actual[index] ?? NaN;
    for (const [at, value] of (typeof row === 'number' ? [row] : row).entries()) {
      expect(advantageAt(advantage, at)).toBeCloseTo(value, 9);
    }
  }
}

describe.each(golden.advantages.map((sample, number) => ({ number, sample })))(
  'case $number of the NumPy data',
  ({ sample }) => {
    const groups = groupsOf(sample);
    test.each(['grpo', 'rloo', 'reinforce_plus_plus', 'reinforce_plus_plus_baseline'] as const)(
      '%s',
      (name) => {
        expectRows(estimate(name, groups, sample), sample[name]);
      },
    );
    test('Dr. GRPO', () => {
      const estimator = chooseEstimator({ name: 'grpo', divideByStd: false, discount: 1 });
      expectRows(estimator(groups).flat(), sample.dr_grpo);
    });
  },
);

const reward = fc.integer({ min: -64, max: 64 }).map((eighths) => eighths / 8);
const sequence = fc.record({
  rollout: fc.nat(3),
  reward,
  tokens: fc.integer({ min: 1, max: 6 }),
  penalties: fc.constant(null),
});
const batch = fc.array(fc.array(sequence, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 });
const names = fc.constantFrom(...ADVANTAGE_ESTIMATORS);

test('every sequence gets a finite advantage, in its place', () => {
  fc.assert(
    fc.property(batch, names, (groups, name) => {
      const advantages = chooseEstimator({ name, divideByStd: true, discount: 0.99 })(groups);
      expect(advantages.map((group) => group.length)).toEqual(groups.map((group) => group.length));
      for (const [index, advantage] of advantages.flat().entries()) {
        expect(Number.isFinite(meanAdvantage(advantage))).toBe(true);
        if (typeof advantage !== 'number') expect(advantage).toHaveLength(groups.flat()[index]?.tokens ?? -1);
      }
    }),
  );
});

test('equal rewards teach nothing, whatever the estimator', () => {
  fc.assert(
    fc.property(batch, names, reward, (groups, name, same) => {
      const equal = groups.map((group) => group.map((each) => ({ ...each, reward: same })));
      for (const advantage of estimate(name, equal))
        expect(Math.abs(meanAdvantage(advantage))).toBeLessThan(1e-6);
    }),
  );
});

test('a group of one has no advantage under an estimator that compares within groups', () => {
  const alone: ScoredGroup = [{ rollout: 0, reward: 1, tokens: 2, penalties: null }];
  const pair: ScoredGroup = [
    { rollout: 0, reward: 1, tokens: 2, penalties: null },
    { rollout: 1, reward: 0, tokens: 2, penalties: null },
  ];
  for (const name of ['grpo', 'rloo', 'reinforce_plus_plus_baseline'] as const) {
    expect(estimate(name, [alone, pair])[0]).toBe(0);
  }
  expect(meanAdvantage(estimate('reinforce_plus_plus', [alone, pair])[0] ?? 0)).toBeGreaterThan(0);
});

test('several sequences of one rollout count once in the comparison', () => {
  const of = (rollout: number, points: number) => ({ rollout, reward: points, tokens: 1, penalties: null });
  const once = estimate('grpo', [[of(0, 1), of(1, 0)]]);
  const often = estimate('grpo', [[of(0, 1), of(0, 1), of(0, 1), of(1, 0)]]);
  expect(often).toEqual([once[0], once[0], once[0], once[1]]);
});

test('a score is the reward less its penalties', () => {
  expect(scoreOf({ rollout: 0, reward: 1, tokens: 2, penalties: Float64Array.of(0.25, -0.5) })).toBe(1.25);
});
