import { expect, test } from 'vitest';
import { imitationDatum, sampledDatum } from './build-datum';

test('what the model produced is trained on, each token with its sampler logprob', () => {
  const datum = sampledDatum({
    tokens: [5, 6, 7, 8, 9],
    lossMask: [0, 0, 1, 0, 1],
    logprobs: [0, 0, -0.5, -0.75, -0.25],
  });
  expect([...datum.tokens]).toEqual([5, 6, 7, 8, 9]);
  expect([...datum.weights]).toEqual([0, 0, 1, 0, 1]);
  expect([...datum.logprobs]).toEqual([0, 0, -0.5, 0, -0.25]);
});

test('the first token of a rollout is never a target either', () => {
  const datum = sampledDatum({ tokens: [5, 6], lossMask: [1, 1], logprobs: [-1, -1] });
  expect([...datum.weights]).toEqual([0, 1]);
  expect([...datum.logprobs]).toEqual([0, -1]);
});

test('imitation needs neither logprobs nor advantages', () => {
  const datum = imitationDatum([1, 2], [3]);
  expect(datum).toEqual({ tokens: Int32Array.of(1, 2, 3), weights: Float32Array.of(0, 0, 1) });
});

test('the first token of a sequence is never a target', () => {
  expect([...imitationDatum([], [3, 4]).weights]).toEqual([0, 1]);
});
