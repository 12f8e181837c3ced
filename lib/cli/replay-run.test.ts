import { cp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { z } from 'zod';
import { galleyOnDisk } from '@/lib/testing/galley-on-disk';
import { seriesOf } from '@/lib/testing/orchestrated-run';

// A whole run and its replay: command line, launch, run process, embedded service, checkpoint, store.
vi.setConfig({ testTimeout: 120_000 });

// the second stage spreads advantages in another way, so a replay by the settings of the first would differ
const STAGED = `
defaults: [embedded, _self_]
data: { data_files: null, batch_size: 4, rollout_repeat_n: 4 }
rollout_worker: { num_workers: 16 }
stages:
  - { name: plain, steps: 2, data: { data_files: [data/train.parquet] } }
  - name: scaled
    steps: 1
    data: { data_files: [data/test.parquet] }
    overrides: { trainer: { algorithm: { norm_adv_by_std_in_grpo: true } } }
trainer:
  total_train_steps: 3
  save_freq: 1
  remove_previous_ckpt: false
  warm_start: { until_exact: 0.01, max_updates: 4, batch_size: 8, check_samples: 8, check_every: 4 }
validate: { validate_before_train: false, data: null, eval: { validate_freq: 0 } }
service:
  train_service: { main_actor: { config: { max_mini_batches: 1, min_mini_batch_sequences: 1 } } }
  embedded_service: { model: { width: 16, layers: 1, heads: 2 }, threads: 1 }
`;
const EVALUATOR = `
import { type Evaluator, type EvaluationTarget } from 'galley/evaluator';
export class ArithmeticEvaluator implements Evaluator {
  evaluate(data: Readonly<Record<string, unknown>>, target: EvaluationTarget) {
    return { reward: target.finalAnswer.length / 8, groundTruth: String(data.answer) };
  }
}`;

const Replayed = z.object({
  metrics: z.array(z.unknown()),
  notes: z.array(z.string()),
  training: z.object({ updates: z.number(), metrics: z.record(z.string(), z.number()) }),
});

test('a step of the second stage is trained on again, by the settings of its stage, and says what it said', async () => {
  const { env, galley, newest, runStore } = await galleyOnDisk({ python: null });
  const recipe = path.join(env.recipesDir, 'arithmetic');
  await cp('recipes/arithmetic', recipe, { recursive: true });
  await writeFile(path.join(recipe, 'agent_workspace/evaluator.ts'), EVALUATOR);
  await writeFile(path.join(recipe, 'staged.yaml'), STAGED);
  const ran = await galley('run', 'arithmetic/staged.yaml');
  expect(ran, ran.said).toMatchObject({ code: 0 });
  const { run } = await newest();
  const step = ['replay', String(run.id), '--step', '2'];

  const { code, said } = await galley(...step, '--train', '--json');
  expect([code, said]).toEqual([0, said]);
  const replay = Replayed.parse(JSON.parse(said));
  expect(replay).toMatchObject({ metrics: [], notes: [], training: { updates: 1 } });
  const series = await seriesOf(runStore, run.id);
  const told = Object.entries(replay.training.metrics);
  expect(told.length).toBeGreaterThan(4);
  expect(told).toEqual(told.map(([key]) => [key, series[`${key}@2`]]));

  await rm(path.join(env.dataDir, 'checkpoints'), { recursive: true });
  const without = await galley(...step, '--train');
  expect(without.code).not.toBe(0);
  expect(without.said).toContain('has no checkpoint at or before step 2');
});
