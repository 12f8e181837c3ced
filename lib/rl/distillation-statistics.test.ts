import { expect, test } from 'vitest';
import { distillationStatistics } from './distillation-statistics';

test('statistics are over trained tokens to which the teacher gives a finite probability', () => {
  const found = distillationStatistics([
    { student: [-9, -1, -2, -1], teacher: [-9, -2, -1.5, -Infinity], mask: [0, 1, 1, 1] },
    { student: [-3], teacher: [-4], mask: [1] },
  ]);
  expect(found).toEqual({
    tokens: 3,
    teacher: { mean: -2.5, min: -4, max: -1.5 },
    studentPerplexity: Math.exp(2),
    teacherPerplexity: Math.exp(2.5),
    distance: { mean: 2.5 / 3, max: 1 },
  });
});

test('without a trained token there are none', () => {
  expect(distillationStatistics([{ student: [-1], teacher: [-1], mask: [0] }])).toBeNull();
});
