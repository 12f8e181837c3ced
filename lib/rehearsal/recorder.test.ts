import { expect, test } from 'vitest';
import { createMockServices } from '@/lib/services/mock/mock-services';
import type { Services } from '@/lib/services/open-services';
import { testFolder } from '@/lib/testing/test-folder';
import { noEvidence, type Evidence } from './evidence';
import { isPassed, judge } from './judge';
import { createRecorder } from './recorder';

const never = new AbortController().signal;

const resultOf = (evidence: Partial<Evidence>, id: string): string | undefined =>
  judge({ ...noEvidence(true), ...evidence }, 'Tinker').find((check) => check.id === id)?.result;

test('what did not happen is not exercised, and never a pass', () => {
  const checks = judge(noEvidence(true), 'Tinker');
  expect(new Set(checks.map(({ result }) => result))).toEqual(new Set(['not exercised']));
});

test.each([
  ['services', { openFailure: 'refused' }],
  ['sampling', { completions: 3, misaligned: 1 }],
  ['evaluator', { scored: 7, failed: 1 }],
  ['reward', { scored: 7, nonFiniteRewards: 1 }],
  ['training', { steps: 2, stepFailure: 'timeout' }],
  ['loss', { steps: 2, nonFiniteLosses: 1 }],
  ['checkpoint', { saved: 1, loaded: 1, reloadGap: 0.1 }],
  ['checkpoint', { saved: 1, loaded: 1, reloadGap: NaN }],
  ['end', { end: { status: 'failed', reason: 'why' } }],
  ['end', { end: { status: 'succeeded', reason: null }, closeFailure: 'hung' }],
] satisfies readonly (readonly [string, Partial<Evidence>])[])('%s fails with %o', (id, evidence) => {
  expect(resultOf(evidence, id)).toBe('fail');
  expect(isPassed(judge({ ...noEvidence(true), ...evidence }, 'Tinker'))).toBe(false);
});

test('weights that nobody sampled from are not exercised', () => {
  expect(resultOf({ published: 3, steps: 2 }, 'weights')).toBe('not exercised');
  expect(resultOf({ published: 3, steps: 2, fromTrained: 1, newestVersion: 2 }, 'weights')).toBe('pass');
});

/** A small life of a run, seen by a recorder. */
async function lived(change: (services: Services) => Services): Promise<Readonly<Evidence>> {
  const folder = await testFolder();
  const recorder = createRecorder(false);
  const services = recorder.observe(change(createMockServices({ stateFolder: folder })));
  const { inference, training } = services;
  await training.open({ baseModel: 'mock', tuning: { kind: 'full' }, seed: 1 }, never);
  await inference.loadWeights(await training.publishWeights('v0', never), never);
  const request = { prompt: 'a', maxTokens: 3, temperature: 1, stop: [], seed: 1 };
  await inference.generate(request, never);
  const tokens = Int32Array.of(1, 2, 3);
  const batch = [{ tokens, weights: Float32Array.of(0, 1, 1) }];
  const loss = { kind: 'cross_entropy', entropyCoefficient: 0, temperature: 1 } as const;
  const optimizer = { learningRate: 1, beta1: 0.9, beta2: 0.9, epsilon: 1e-8, weightDecay: 0, gradClip: 0 };
  await training.trainStep({ operationId: 's', batch, loss, optimizer }, never);
  await inference.loadWeights(await training.publishWeights('v1', never), never);
  await inference.generate(request, never);
  await training.saveState('end', never);
  return recorder.evidence;
}

test('a life is counted: steps, versions, a state that was loaded again', async () => {
  const seen = await lived((services) => services);
  expect(seen).toMatchObject({ opened: 1, completions: 2, misaligned: 0, steps: 1, published: 2 });
  expect(seen).toMatchObject({ fromTrained: 1, saved: 1, loaded: 1, reloadGap: 0 });
});

test('a log-probability too few is noticed', async () => {
  const seen = await lived(({ inference, ...others }) => ({
    ...others,
    inference: {
      ...inference,
      generate: async (request, signal) => {
        const generation = await inference.generate(request, signal);
        return { ...generation, logprobs: generation.logprobs.slice(1) };
      },
    },
  }));
  expect(seen.misaligned).toBe(2);
});
