import { afterEach, beforeEach, expect, test } from 'vitest';
import { RecipeConfig } from '@/lib/recipes/recipe-config';
import { type EmbeddedHost, startEmbeddedHost } from '@/lib/testing/embedded-host';
import { openServices } from '../open-services';

// Both halves against one embedded service, each over its own protocol.

const KEY = 'tml-test';
const never = new AbortController().signal;
let host: EmbeddedHost;

beforeEach(async () => {
  host = await startEmbeddedHost({ tinker: { key: KEY } });
});
afterEach(() => host.stop());

function recipe(
  inference: Readonly<Record<string, unknown>> = {},
  train: Readonly<Record<string, unknown>> = {},
): RecipeConfig {
  const address = `http://127.0.0.1:${host.record.port}`;
  return RecipeConfig.parse({
    data: { data_files: ['train.parquet'] },
    rollout_worker: { type: 'simple', num_workers: 4, temperature: 1 },
    trainer: { type: 'self_hosted_grpo', total_train_steps: 1 },
    weight: { sync_method: 'disk' },
    service: {
      inference_service: {
        backend: 'sglang',
        base_url: address,
        api_key: KEY,
        model: 'galley/embedded-small',
        ...inference,
      },
      train_service: {
        main: {
          role: 'actor',
          identifier: 'pig-latin',
          backend: 'http',
          url: address,
          api_key: KEY,
          ...train,
        },
      },
    },
  });
}

const open = (config: RecipeConfig) =>
  openServices(config, { dataDir: host.dataDir, root: host.dataDir, runId: 7 });

test.each(['sglang', 'vllm'])('%s samples from what the training service has trained', async (backend) => {
  const { inference, training } = await open(recipe({ backend }));
  await training.open({ baseModel: 'galley/embedded-small', tuning: { kind: 'full' }, seed: 1 }, never);
  const ask = { prompt: 'hi', maxTokens: 8, temperature: 1, stop: [], seed: 5 };
  const first = await training.publishWeights('version-0', never);
  await inference.loadWeights(first, never);
  const before = await inference.generate(ask, never);
  await training.trainStep(
    {
      operationId: 'step-0',
      batch: [{ tokens: Int32Array.of(1, 2, 3), weights: Float32Array.of(0, 1, 1) }],
      loss: { kind: 'cross_entropy', entropyCoefficient: 0, temperature: 1 },
      optimizer: { learningRate: 0.5, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, gradClip: 0 },
    },
    never,
  );
  const ref = await training.publishWeights('version-1', never);
  expect(ref.version).toBeGreaterThan(first.version);
  await inference.loadWeights(ref, never);
  const after = await inference.generate(ask, never);
  expect(before.weightVersion).toBe(first.version);
  expect(after.weightVersion).toBe(ref.version);
  expect(after.tokens).not.toEqual(before.tokens);
  await inference.close();
  await training.close();
});

test.each([
  [{ base_url: '' }, {}, /service\.inference_service\.base_url/],
  [{ api_key: 7 }, {}, /service\.inference_service is not usable/],
  [{}, { url: null }, /service\.train_service\.main\.url/],
  [{}, { backend: 'direct-zmq' }, /service\.train_service\.main\.backend is "direct-zmq"/],
])('what is missing is named: %j %j', async (inference, train, message) => {
  await expect(open(recipe(inference, train))).rejects.toThrow(message);
});
