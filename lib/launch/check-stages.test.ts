import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { createRecipeFiles } from '@/lib/recipe-files/recipe-files';
import { galleyOnDisk } from '@/lib/testing/galley-on-disk';
import { inspectRecipe } from './preflight';

// What a later stage, or the checkpoint that a run begins from, would fail by is said before the launch.
vi.setConfig({ testTimeout: 60_000 });

const RECIPE = `
data: { batch_size: 1, prompt_key: prompt }
rollout_worker: { type: mock, num_workers: 2 }
trainer: { type: self_hosted_grpo, total_train_steps: 4 }
stages:
  - { name: easy, steps: 2, data: { data_files: [easy.jsonl] } }
  - { name: hard, steps: 2, data: { data_files: [hard.jsonl] } }
`;

async function setUp() {
  const { env } = await galleyOnDisk({ python: null });
  const recipe = path.join(env.recipesDir, 'staged');
  await mkdir(recipe, { recursive: true });
  await writeFile(path.join(recipe, 'mock.yaml'), RECIPE);
  await writeFile(path.join(recipe, 'easy.jsonl'), '{"prompt": "1+1"}\n');
  const check = async (...overrides: readonly string[]) => {
    const recipeFiles = createRecipeFiles(env.recipesDir);
    const { preflight } = await inspectRecipe({ env, recipeFiles }, { entry: 'staged/mock.yaml', overrides });
    return new Map(preflight.checks.map((each) => [each.id, each]));
  };
  return { env, recipe, check };
}

test("a later stage's file is looked for, and the recipe needs none of its own", async () => {
  const { recipe, check } = await setUp();
  const before = await check();
  expect(before.get('data')).toMatchObject({ status: 'passed' });
  expect(before.get('data_stage_2')).toMatchObject({
    status: 'failed',
    title: 'Training data, hard',
    path: 'stages[1].data.data_files',
  });
  await writeFile(path.join(recipe, 'hard.jsonl'), '{"prompt": "37+48"}\n');
  expect((await check()).get('data_stage_2')).toMatchObject({ status: 'passed' });
});

test('the checkpoint to begin from must be there, and leave a step to do', async () => {
  const { env, check } = await setUp();
  expect((await check()).has('resume')).toBe(false);
  const begin = ['+resume.mode=from_path', '+resume.resume_path=checkpoints/run-7/step-3'];
  const missing = (await check(...begin)).get('resume');
  expect(missing).toMatchObject({ status: 'failed', path: 'resume.resume_path' });
  expect(missing?.detail).toContain('is no checkpoint');
  const folder = path.join(env.dataDir, 'checkpoints/run-7/step-3');
  await mkdir(folder, { recursive: true });
  const save = (step: number) => writeFile(path.join(folder, 'run.json'), JSON.stringify({ run: { step } }));
  await save(3);
  expect((await check(...begin)).get('resume')).toMatchObject({ status: 'passed' });
  await save(4);
  expect((await check(...begin)).get('resume')?.detail).toContain('no step is left');
});
