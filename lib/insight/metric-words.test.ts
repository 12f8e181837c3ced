import { expect, test } from 'vitest';
import { metricInfo } from '@/lib/domain/metric-info';
import { comparisonCaution, describeMetric } from './metric-words';

test('a metric says what it is, what to compare it with, and what others call it', () => {
  expect(describeMetric(metricInfo('training/grad_norm'))).toBe(
    'training/grad_norm: Global norm before clipping. Compare it with runs on the same backend. ' +
      'Elsewhere called actor/grad_norm, distill/grad_norm.',
  );
});

test('runs on several backends are compared with a caution where the number differs', () => {
  const loss = metricInfo('training/loss');
  expect(comparisonCaution(loss, ['embedded', 'embedded'])).toBeNull();
  expect(comparisonCaution(loss, ['embedded', 'tinker'])).toMatch(/embedded: .* tinker: A sum/);
  expect(comparisonCaution(metricInfo('training/expert_load'), ['embedded', 'weaver'])).toMatch(
    /same backend/,
  );
  expect(comparisonCaution(metricInfo('rollout/reward_mean'), ['embedded', 'weaver'])).toBeNull();
});
