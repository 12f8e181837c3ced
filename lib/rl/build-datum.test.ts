import { expect, test } from 'vitest';
import { imitationDatum, policyDatum } from './build-datum';

test('a rollout trains on its completion only, each token with the advantage and its sampler logprob', () => {
  const datum = policyDatum({ promptTokens: [5, 6, 7], tokens: [8, 9], logprobs: [-0.5, -0.25] }, 1.5);
  expect([...datum.tokens]).toEqual([5, 6, 7, 8, 9]);
  expect([...datum.weights]).toEqual([0, 0, 0, 1, 1]);
  expect([...(datum.logprobs ?? [])]).toEqual([0, 0, 0, -0.5, -0.25]);
  expect([...(datum.advantages ?? [])]).toEqual([0, 0, 0, 1.5, 1.5]);
});

test('imitation needs neither logprobs nor advantages', () => {
  const datum = imitationDatum([1, 2], [3]);
  expect(datum).toEqual({ tokens: Int32Array.of(1, 2, 3), weights: Float32Array.of(0, 0, 1) });
});

test('the first token of a sequence is never a target', () => {
  expect([...imitationDatum([], [3, 4]).weights]).toEqual([0, 1]);
});
