import { expect, test } from 'vitest';
import type { LossSpec } from '../datum';
import { golden } from '../fixtures/golden';
import { mean } from '../statistics';
import { aggregate } from './aggregation';
import { tokenKl, tokenLoss } from './token-loss';
import { truncatedImportance } from './truncated-importance';

type Case = (typeof golden.losses)[number];

function specOf({ loss, low, high, dual, kl, kl_coefficient: coefficient }: Case): LossSpec {
  const common = { entropyCoefficient: 0, temperature: 1, ...(kl && { kl: { estimator: kl, coefficient } }) };
  if (loss === 'importance_sampling') return { kind: loss, ...common };
  const bounds = { clipLow: low, clipHigh: high };
  return loss === 'ppo'
    ? { kind: loss, ...bounds, dualClip: dual, ...common }
    : { kind: loss, ...bounds, ...common };
}

/** The loss of a batch and its derivative with respect to every log-probability, put together as a service does. */
function batchLoss(sample: Case): { value: number; slopes: number[][] } {
  const spec = specOf(sample);
  const { weights, normalizer } = aggregate(
    sample.aggregation,
    sample.logprobs.map((row) => row.length),
    { constant: sample.constant },
  );
  let value = 0;
  const slopes = sample.logprobs.map((row, sequence) => {
    const old = sample.old[sequence] ?? [];
    const share = (weights[sequence] ?? 0) / normalizer;
    const sequenceLogRatio = mean(row.map((logprob, at) => logprob - (old[at] ?? 0)));
    return row.map((logprob, at) => {
      const advantage = sample.advantages[sequence] ?? 0;
      const policy = tokenLoss(spec, { logprob, old: old[at] ?? 0, advantage, sequenceLogRatio });
      const kl = tokenKl(spec, logprob, sample.references[sequence]?.[at] ?? 0);
      value += share * (policy.loss + (kl?.loss ?? 0));
      return share * (policy.slope + (kl?.slope ?? 0));
    });
  });
  return { value, slopes };
}

test.each(golden.losses)('$loss, $aggregation, KL $kl: value and derivative agree with NumPy', (sample) => {
  const { value, slopes } = batchLoss(sample);
  expect(value).toBeCloseTo(sample.value, 10);
  for (const [index, row] of sample.slopes.entries()) {
    for (const [at, slope] of row.entries()) expect(slopes[index]?.[at]).toBeCloseTo(slope, 6);
  }
});

test('a sequence without trained tokens does not count as one', () => {
  for (const mode of ['seq-mean-token-mean', 'seq-mean-token-sum'] as const) {
    expect(aggregate(mode, [3, 0, 2], { constant: 1 }).normalizer).toBe(2);
  }
  expect(aggregate('seq-mean-token-mean', [4, 0], { constant: 1 }).weights).toEqual([0.25, 0]);
});

test('CISPO holds the ratio and keeps the gradient', () => {
  const spec = {
    kind: 'cispo',
    clipLow: 0.2,
    clipHigh: 0.28,
    entropyCoefficient: 0,
    temperature: 1,
  } as const;
  const at = (change: number) =>
    tokenLoss(spec, { logprob: change - 1, old: -1, advantage: 2, sequenceLogRatio: 0 });
  expect(at(0)).toEqual({ loss: 2, slope: -2, clipped: null });
  expect(at(1)).toEqual({ loss: -0, slope: -2.56, clipped: 'high' });
  expect(at(-1)).toMatchObject({ slope: -1.6, clipped: 'low' });
});

test.each(golden.truncated)('the truncated weight of $trainer over $sampler is $weight', (sample) => {
  expect(truncatedImportance(sample.trainer, sample.sampler, 2)).toBeCloseTo(sample.weight, 12);
});
