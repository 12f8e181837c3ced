import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { hasSignal } from '../signal';
import { groupAdvantages } from './grpo';

const Golden = z.object({
  cases: z.array(
    z.object({ rewards: z.array(z.number()), divided: z.array(z.number()), undivided: z.array(z.number()) }),
  ),
});
const golden = Golden.parse(
  JSON.parse(readFileSync(new URL('../fixtures/grpo-golden.json', import.meta.url), 'utf8')),
);

const reward = fc.integer({ min: -4000, max: 4000 }).map((eighths) => eighths / 8);
const group = fc.array(reward, { minLength: 2, maxLength: 32 });
const options = fc.record({ divideByStd: fc.boolean() });

function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) {
    expect(Math.abs((actual[index] ?? NaN) - value)).toBeLessThanOrEqual(tolerance);
  }
}

test.each(golden.cases)('advantages of $rewards agree with exact arithmetic', (sample) => {
  expectClose(groupAdvantages(sample.rewards, { divideByStd: true }), sample.divided, 1e-12);
  expectClose(groupAdvantages(sample.rewards, { divideByStd: false }), sample.undivided, 1e-12);
});

test('advantages of a group sum to about zero', () => {
  fc.assert(
    fc.property(group, options, (rewards, choice) => {
      const total = groupAdvantages(rewards, choice).reduce((sum, value) => sum + value, 0);
      expect(Math.abs(total)).toBeLessThan(1e-8 * Math.max(1, ...rewards.map(Math.abs)));
    }),
  );
});

test('adding the same amount to every reward changes no advantage', () => {
  fc.assert(
    fc.property(group, reward, options, (rewards, shift, choice) => {
      const moved = groupAdvantages(
        rewards.map((value) => value + shift),
        choice,
      );
      expectClose(moved, groupAdvantages(rewards, choice), 1e-8);
    }),
  );
});

test('the order of rollouts in a group does not matter', () => {
  fc.assert(
    fc.property(group, options, (rewards, choice) => {
      const reversed = groupAdvantages([...rewards].reverse(), choice);
      expectClose([...reversed].reverse(), groupAdvantages(rewards, choice), 1e-9);
    }),
  );
});

test('a better reward never has a smaller advantage', () => {
  fc.assert(
    fc.property(group, options, (rewards, choice) => {
      const advantages = groupAdvantages(rewards, choice);
      const order = rewards.map((_, index) => index).sort((a, b) => (rewards[a] ?? 0) - (rewards[b] ?? 0));
      const sorted = order.map((index) => advantages[index] ?? NaN);
      for (const [index, value] of sorted.entries()) {
        expect(value).toBeGreaterThanOrEqual(sorted[index - 1] ?? -Infinity);
      }
    }),
  );
});

test('divided advantages hardly depend on the scale of the rewards', () => {
  fc.assert(
    fc.property(group.filter(hasSignal), (rewards) => {
      const scaled = rewards.map((value) => value * 4);
      expectClose(
        groupAdvantages(scaled, { divideByStd: true }),
        groupAdvantages(rewards, { divideByStd: true }),
        1e-4,
      );
    }),
  );
});

test('a group of one has no advantage', () => {
  expect(groupAdvantages([1], { divideByStd: true })).toEqual([0]);
  expect(groupAdvantages([], { divideByStd: true })).toEqual([]);
});
