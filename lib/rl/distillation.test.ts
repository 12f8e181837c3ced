import { expect, test } from 'vitest';
import { distill } from './distillation';
import { golden } from './fixtures/golden';

test.each(golden.distillation)('advantages with discount $discount agree with NumPy', (sample) => {
  const { advantages, reverseKl, tokens } = distill(sample, sample);
  expect(tokens).toBe(5);
  expect(reverseKl).toBeCloseTo(sample.reverse_kl, 12);
  for (const [at, value] of sample.advantages.entries()) expect(advantages[at]).toBeCloseTo(value, 12);
});

test('a token to which the teacher gives no probability is left out', () => {
  const sequence = { student: [-1, -1], teacher: [-Infinity, -3], mask: [1, 1] };
  const { advantages } = distill(sequence, { coefficient: 1, discount: 0 });
  expect(advantages[0]).toBeCloseTo(0, 12);
  expect(advantages[1]).toBeCloseTo(-2, 12);
});
