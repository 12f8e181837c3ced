import { expect, test } from 'vitest';
import { METRICS } from '@/lib/domain/metric-catalogue';
import { GRADIENT_SHARDS } from '@/lib/embedded/model/layout';
import { lossMetrics, STATISTICS_PER_SHARD } from '@/lib/embedded/model/loss-statistics';
import { trainingMetrics } from './training-metrics';

const LOSS = {
  kind: 'ppo',
  clipLow: 0.2,
  clipHigh: 0.2,
  dualClip: 3,
  entropyCoefficient: 0,
  temperature: 1,
} as const;

test('all that the embedded learner reports is in the catalogue under the name that the run writes', () => {
  const statistics = new Float64Array(GRADIENT_SHARDS * STATISTICS_PER_SHARD);
  const update = { ...lossMetrics(statistics, LOSS), grad_norm: 1, lr: 1e-3 };
  const metrics = trainingMetrics({
    updates: [update, update],
    datums: [],
    learningRate: 1e-3,
    rateFactor: 1,
  });
  const known = new Set(METRICS.map(({ name }) => name));
  expect(Object.keys(metrics).filter((name) => !known.has(name))).toEqual([]);
});
