import { expect, test } from 'vitest';
import { METRICS } from './metric-catalogue';
import { metricInfo } from './metric-info';

test('every metric is listed once', () => {
  const names = METRICS.map((metric) => metric.name);
  expect(new Set(names).size).toBe(names.length);
});

test('a metric that an evaluator brings is described by its name', () => {
  expect(metricInfo('val/format_correct')).toMatchObject({ title: 'format correct', group: 'validation' });
  expect(metricInfo('rollout/reward_mean').better).toBe('higher');
});

test('what a training service reports on its own is not taken for an evaluator’s', () => {
  expect(metricInfo('training/expert_load')).toMatchObject({ title: 'expert load', group: 'training' });
  expect(metricInfo('training/expert_load').meaning).not.toMatch(/evaluator/);
});
