import { expect, test } from 'vitest';
import { RecipeConfig } from '@/lib/recipes/recipe-config';
import { aRun, aSnapshot } from '@/lib/testing/builders';
import { checkPlan } from './check-plan';
import { pastSpeed } from './past-speed';

function config(price?: number) {
  return RecipeConfig.parse({
    data: { data_files: ['a.jsonl'], batch_size: 10, rollout_repeat_n: 5 },
    trainer: { type: 'remote_api_grpo', total_train_steps: 20 },
    rollout_worker: { type: 'simple', num_workers: 4, evaluator_module_path: 'e.ts:E' },
    service: {
      inference_service: {
        backend: 'tinker',
        ...(price === undefined ? {} : { price_per_million_tokens: price }),
      },
      train_service: { actor: { backend: 'tinker' } },
    },
  });
}

const FORECAST = { promptTokens: 300, responseTokens: 700, countedBy: 'tokenizer' } as const;

test('tokens are steps × prompts × rollouts × (mean prompt + longest response); without a basis no time, without a price no cost', () => {
  const { detail } = checkPlan(config(), { forecast: FORECAST, speed: null });
  expect(detail).toContain('20 steps of 10 prompts × 5 rollouts.');
  expect(detail).toContain('At most 1.0 million tokens: 1000 rollouts');
  expect(detail).toContain('no basis yet');
  expect(detail).not.toContain('per million');
});

test('time is that of the named run, cost that of the given price', () => {
  const speed = { run: 7, rolloutsPerSecond: 2 };
  const { detail } = checkPlan(config(0.5), { forecast: FORECAST, speed });
  expect(detail).toContain('About 8 min 20 s of steps');
  expect(detail).toContain('as in run 7');
  expect(detail).toMatch(/At most 0\.5\d* at 0\.5\d* per million tokens/);
});

test('speed comes from the newest run of the backend and model with enough steps, its own variant first, never from a rehearsal', async () => {
  const resolved = { data: { batch_size: 4, rollout_repeat_n: 2 } };
  const wanted = { backend: 'tinker', model: 'm', recipe: 'r', variant: 'tinker' } as const;
  const of = (runs: readonly ReturnType<typeof aRun>[]) =>
    pastSpeed(
      {
        list: () => Promise.resolve({ runs, total: runs.length }),
        snapshot: () => Promise.resolve(aSnapshot({ resolved })),
      },
      wanted,
    );
  const real = aRun({ ...wanted, step: 10, trainSeconds: 40 });
  expect(await of([real])).toMatchObject({ rolloutsPerSecond: 2 });
  expect(await of([{ ...real, rehearsal: 'Tinker' }])).toBeNull();
  expect(await of([{ ...real, step: 2 }])).toBeNull();
  expect(await of([{ ...real, model: 'other' }])).toBeNull();
  const elsewhere = { ...real, recipe: 'other', trainSeconds: 10 };
  expect(await of([elsewhere, real])).toMatchObject({ rolloutsPerSecond: 2 });
});
