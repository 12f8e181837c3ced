import fc from 'fast-check';
import { expect, test } from 'vitest';
import { golden } from '../fixtures/golden';
import { nextKlCoefficient } from './control';
import { estimateKl, KL_ESTIMATORS } from './estimate';
import { klPenalties } from './penalties';

test.each(golden.kl)('$estimator of $logprob and $reference agrees with NumPy', (sample) => {
  const { value, slope } = estimateKl(sample.estimator, sample.logprob, sample.reference);
  expect(value).toBeCloseTo(sample.value, 10);
  expect(slope).toBeCloseTo(sample.slope, 10);
});

test('k1 and k2 are other names of kl and mse', () => {
  for (const [one, other] of [
    ['k1', 'kl'],
    ['k2', 'mse'],
  ] as const) {
    expect(estimateKl(one, -2, -1.25)).toEqual(estimateKl(other, -2, -1.25));
  }
});

const logprob = fc.double({ min: -30, max: 0, noNaN: true });

test('every estimator is 0 where the policies agree, and all but k1 are never negative', () => {
  fc.assert(
    fc.property(logprob, logprob, fc.constantFrom(...KL_ESTIMATORS), (policy, reference, estimator) => {
      expect(estimateKl(estimator, policy, policy).value).toBeCloseTo(0, 12);
      if (estimator === 'kl' || estimator === 'k1') return;
      expect(estimateKl(estimator, policy, reference).value).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('the clamped estimate stays within its bounds where k3 explodes', () => {
  expect(estimateKl('low_var_kl', -30, 0).value).toBe(10);
  expect(estimateKl('low_var_kl', -30, 0).slope).toBe(0);
  expect(estimateKl('k3', -30, 0).value).toBeGreaterThan(1e12);
});

test.each(golden.control)('the adaptive coefficient for target $target follows NumPy', (sample) => {
  const { target, horizon, sequences } = sample;
  let coefficient = sample.start;
  for (const { kl, coefficient: expected } of sample.series) {
    coefficient = nextKlCoefficient({ kind: 'adaptive', target, horizon }, coefficient, { kl, sequences });
    expect(coefficient).toBeCloseTo(expected, 12);
  }
});

test('nothing moves a fixed coefficient, and an unmeasured KL moves none', () => {
  const adaptive = { kind: 'adaptive', target: 1, horizon: 10 } as const;
  expect(nextKlCoefficient({ kind: 'fixed' }, 0.3, { kl: 9, sequences: 64 })).toBe(0.3);
  expect(nextKlCoefficient(adaptive, 0.3, { kl: null, sequences: 64 })).toBe(0.3);
  expect(nextKlCoefficient(adaptive, 0.3, { kl: NaN, sequences: 64 })).toBe(0.3);
  expect(nextKlCoefficient(adaptive, 0.3, { kl: 0, sequences: 1e9 })).toBe(0);
});

test('the penalty is β times the estimate of each token, and the KL a mean of sequence means', () => {
  const sequences = [
    { policy: Float32Array.of(-1, -2), reference: Float32Array.of(-1.5, -2) },
    { policy: Float32Array.of(-1), reference: Float32Array.of(-3) },
  ];
  const { penalties, kl } = klPenalties(sequences, { estimator: 'kl', coefficient: 0.5 });
  expect(penalties).toEqual([Float64Array.of(0.25, 0), Float64Array.of(1)]);
  expect(kl).toBe((0.25 + 2) / 2);
  expect(klPenalties([], { estimator: 'kl', coefficient: 0.5 }).kl).toBeNull();
});
