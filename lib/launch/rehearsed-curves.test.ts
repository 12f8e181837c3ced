import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { isFinished } from '@/lib/domain/run';
import { readEnv } from '@/lib/env';
import { RehearsalScale } from '@/lib/rehearsal/rehearsal-scale';
import { createRunStore } from '@/lib/run-store/create-run-store';
import { endEmbeddedService } from '@/lib/testing/end-embedded-service';
import { seriesOf, valuesOf } from '@/lib/testing/orchestrated-run';
import { buildProcessBundles } from '@/lib/testing/process-bundles';
import { testDatabase } from '@/lib/testing/test-database';
import { createLauncher } from './create-launcher';

// One recipe, one seed, each variant over its own protocol.

const RECIPES = fileURLToPath(new URL('../../recipes', import.meta.url));
const SCALE = RehearsalScale.parse({ steps: 3, batchSize: 4, rollouts: 4 });

/** Base models of other protocols are drawn from seed 1, and every variant asks the same questions. */
const SAME = [
  'data.seed=1',
  'data.prompt_key=question',
  'data.max_response_length=32',
  '~validate',
  ...Object.entries({
    loss_fn: 'ppo',
    learning_rate: '1.0e-3',
    weight_decay: '0.0',
    // Tinker has neither
    entropy_coeff: '0.0',
    clip_ratio_c: 'null',
    max_mini_batches: '1',
    target_kl: 'null',
    final_learning_rate_share: '1.0',
  }).map(([key, value]) => `++service.train_service.main_actor.config.${key}=${value}`),
];
const OF_EMBEDDED = [
  'data.max_prompt_length=448',
  '+data.filter_prompts=true',
  '~trainer.warm_start',
  'trainer.algorithm.norm_adv_by_std_in_grpo=true',
  'service.embedded_service.model.context=512',
];

/** Sums in another order, and advantages that were divided before they were sent, in single precision. */
const TOLERANCE = 1e-4;
/** What Tinker's client does not measure, or measures otherwise; docs/backends.md says why. */
const DIFFERENT = ['training/entropy', 'training/pg_clipfrac_dual'];

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'galley-root-'));
  await buildProcessBundles(root);
}, 60_000);
afterAll(() => rm(root, { recursive: true, force: true }));

test('a seed gives the same curves as embedded and over Tinker’s protocol', async () => {
  const { db, url, folder } = await testDatabase();
  const recipes = path.join(folder, 'recipes');
  await cp(path.join(RECIPES, 'pig_latin'), path.join(recipes, 'pig_latin'), { recursive: true });
  const env = readEnv({
    GALLEY_ROOT: root,
    GALLEY_DATA_DIR: path.join(folder, 'data'),
    GALLEY_RECIPES_DIR: recipes,
    GALLEY_DATABASE_URL: url,
  });
  const runStore = createRunStore(db);
  const launcher = createLauncher({ env, runStore });
  onTestFinished(() => endEmbeddedService(env.dataDir));

  async function rehearse(variant: string, ...own: readonly string[]) {
    const overrides = [...SAME, ...own];
    const request = { entry: `pig_latin/${variant}.yaml`, overrides, idempotencyKey: `of ${variant}` };
    const { id } = await launcher.launch({ ...request, rehearsal: SCALE });
    await expect
      .poll(async () => isFinished((await runStore.get(id)).status), { timeout: 120_000, interval: 100 })
      .toBe(true);
    expect(await runStore.get(id)).toMatchObject({ status: 'succeeded' });
    return seriesOf(runStore, id);
  }

  const embedded = await rehearse('embedded', ...OF_EMBEDDED);
  const tinker = await rehearse('tinker');
  const keys = [...new Set(Object.keys(embedded).map((name) => name.split('@')[0] ?? ''))];
  const gaps = keys.map((key) => {
    const theirs = valuesOf(tinker, key);
    const gap = Math.max(
      ...valuesOf(embedded, key).map((value, at) => Math.abs(value - (theirs[at] ?? NaN))),
    );
    return { key, gap };
  });
  const differing = gaps.filter(({ gap }) => !(gap <= TOLERANCE)).map(({ key }) => key);
  expect(gaps.filter(({ key }) => /^(rollout|critic|progress)\//.test(key)).length).toBeGreaterThan(10);
  expect(differing).toEqual(DIFFERENT);
  expect(new Set(valuesOf(tinker, 'progress/generated_tokens')).size).toBeGreaterThan(1);
}, 300_000);
