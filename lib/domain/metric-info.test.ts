import { expect, test } from 'vitest';
import { METRICS } from './metric-catalogue';
import { canonicalMetric, metricInfo } from './metric-info';
import { REFERENCE_METRICS } from './reference-metrics';

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

test('every name of the reference framework has a meaning, and a canonical name that is in the catalogue', () => {
  const names = new Set(METRICS.map((metric) => metric.name));
  const listed = REFERENCE_METRICS.map(({ name }) => name);
  expect(new Set(listed).size).toBe(listed.length);
  expect(listed.filter((name) => names.has(name))).toEqual([]);
  for (const { name, canonical, absent } of REFERENCE_METRICS) {
    expect(canonical ?? absent, `${name} has neither a counterpart nor a reason`).not.toBeNull();
    expect(metricInfo(name).meaning, name).not.toMatch(/As the training service reported|evaluator returned/);
    if (canonical !== null) expect(names.has(canonical), canonical).toBe(true);
  }
});

// groups of the reference framework's catalogue, one or more names of each
test.each([
  ['timing/training_time', 'timing/train'],
  ['timing/step', 'timing/step'],
  ['critic/score/mean', 'rollout/reward_mean'],
  ['critic/grpo_num', 'critic/grpo_num_groups'],
  ['actor/reward_kl_penalty', 'critic/kl'],
  ['actor/entropy_loss', 'training/entropy'],
  ['actor/adv_pos_clipfrac_low', 'actor/adv_pos_clipfrac_low'],
  ['pg_clipfrac', 'actor/pg_clipfrac'],
  ['distill/reverse_kl', 'opd/teacher_kl'],
  ['opd/valid_tokens', 'opd/valid_tokens'],
  ['val/num_samples', 'val/num_samples'],
])('%s leads to %s', (name, canonical) => {
  expect(canonicalMetric(name)).toBe(canonical);
  expect(metricInfo(name)).toMatchObject({ name });
  if (name !== canonical) expect(metricInfo(name).unit).toBe(metricInfo(canonical).unit);
});
