import { afterEach, expect, test } from 'vitest';
import { RecipeConfig } from '@/lib/recipes/recipe-config';
import { startEmbeddedHost, type EmbeddedHost } from '@/lib/testing/embedded-host';
import { openServices } from './open-services';

let host: EmbeddedHost | null = null;
afterEach(async () => {
  await host?.stop();
  host = null;
});

function recipe(sampler: string, trainer = sampler): RecipeConfig {
  return RecipeConfig.parse({
    data: { data_files: ['train.parquet'] },
    rollout_worker: { type: 'simple', num_workers: 4, temperature: 0.5 },
    trainer: { type: 'remote_api_grpo', total_train_steps: 1 },
    service: {
      inference_service: { backend: sampler },
      train_service: { main: { backend: trainer } },
      embedded_service: { model: { width: 16, layers: 1, heads: 2, context: 24 } },
    },
  });
}

const nowhere = { dataDir: '/nonexistent', root: '/nonexistent', runId: 7 };
const never = new AbortController().signal;

test('a recipe that samples here and trains elsewhere is refused with the key to change', async () => {
  await expect(openServices(recipe('embedded', 'tinker'), nowhere)).rejects.toThrow(
    /service\.train_service\.main\.backend/,
  );
});

test('an address that is none is refused with the key to change', async () => {
  const config = recipe('tinker', 'tinker');
  const service = { ...config.service, tinker_service: { base_url: 'localhost:8787', api_key: 'tml-x' } };
  const inference = { ...service.inference_service, model: 'm' };
  const wrong = { ...config, service: { ...service, inference_service: inference } };
  await expect(openServices(wrong, nowhere)).rejects.toThrow(/localhost:8787.*tinker_service\.base_url/);
});

test('the embedded model gets the name of the run, its shape and its temperature', async () => {
  host = await startEmbeddedHost();
  const { inference, training } = await openServices(recipe('embedded'), { ...host.location, runId: 7 });
  await training.open({ baseModel: 'embedded', tuning: { kind: 'full' }, seed: 1 }, never);
  expect(await inference.health(never)).toMatchObject({ ok: true, model: 'run-7' });
  const long = { prompt: 'x'.repeat(24), maxTokens: 1, temperature: 1, stop: [], seed: 1 };
  await expect(inference.generate(long, never)).rejects.toThrow(/context holds 24/);
  const datum = { tokens: Int32Array.of(1, 2), weights: Float32Array.of(0, 1) };
  // the fake learner's log probability of a token is minus the token, divided by the temperature
  expect(await training.forward([datum], 'policy', never)).toEqual([Float32Array.of(0, -4)]);
  const state = await training.saveState('step-1', never);
  expect(state.path).toBe(`${host.dataDir}/states/run-7/step-1.safetensors`);
  await training.close();
});
