import { expect, test } from 'vitest';
import { isFinished } from '@/lib/domain/run';
import { RehearsalScale } from '@/lib/rehearsal/rehearsal-scale';
import { seriesOf, valuesOf } from '@/lib/testing/orchestrated-run';
import { bundledRoot } from '@/lib/testing/process-bundles';
import { launchPlace } from '@/lib/testing/launch-place';

// One recipe, one seed, each variant over its own protocol.

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
const ACTOR = '++service.train_service.main_actor.actor';
/** Weaver takes no other loss of a policy. */
const IMPORTANCE = '++service.train_service.main_actor.config.loss_fn=importance_sampling';

/** `missing`: what a protocol does not tell; docs/backends.md says why. */
const PROTOCOLS = [
  {
    variant: 'self_hosted',
    own: [
      'data.max_prompt_length=448',
      `${ACTOR}.optim.lr=1.0e-3`,
      `${ACTOR}.optim.weight_decay=0.0`,
      `${ACTOR}.clip_ratio_c=null`,
      `${ACTOR}.entropy_coeff=0.0`,
    ],
    both: [],
    missing: [],
  },
  { variant: 'tinker', own: [], both: [], missing: ['training/entropy', 'training/pg_clipfrac_dual'] },
  {
    variant: 'weaver',
    own: [],
    both: [IMPORTANCE],
    missing: [
      'training/entropy',
      'actor/pg_clipfrac',
      'actor/pg_clipfrac_low',
      'actor/pg_clipfrac_high',
      'training/pg_clipfrac_dual',
    ],
  },
];

const root = bundledRoot();

test.each(PROTOCOLS)(
  'a seed gives the same curves as embedded and over the protocol of $variant',
  async ({ variant, own, both, missing }) => {
    const rehearse = await aPlace();
    const embedded = await rehearse('embedded', [...OF_EMBEDDED, ...both]);
    const theirs = await rehearse(variant, [...own, ...both]);
    const keys = [...new Set(Object.keys(embedded).map((name) => name.split('@')[0] ?? ''))];
    const differing = keys.filter((key) => !areClose(valuesOf(embedded, key), valuesOf(theirs, key)));
    expect(keys.filter((key) => /^(rollout|critic|progress)\//.test(key)).length).toBeGreaterThan(10);
    expect(differing).toEqual(missing);
    expect(missing.flatMap((key) => valuesOf(theirs, key))).toEqual([]);
    expect(new Set(valuesOf(theirs, 'progress/generated_tokens')).size).toBeGreaterThan(1);
  },
  300_000,
);

function areClose(ours: readonly number[], theirs: readonly number[]): boolean {
  return (
    ours.length === theirs.length &&
    ours.every((value, at) => Math.abs(value - (theirs[at] ?? NaN)) <= TOLERANCE)
  );
}

/** A data folder with the recipe; rehearses its variants, and gives their series. */
async function aPlace() {
  const { runStore, launcher } = await launchPlace(root());
  return async (variant: string, own: readonly string[]) => {
    const request = { entry: `pig_latin/${variant}.yaml`, idempotencyKey: `of ${variant}` };
    const { id } = await launcher.launch({ ...request, overrides: [...SAME, ...own], rehearsal: SCALE });
    await expect
      .poll(async () => isFinished((await runStore.get(id)).status), { timeout: 120_000, interval: 100 })
      .toBe(true);
    expect(await runStore.get(id)).toMatchObject({ status: 'succeeded' });
    return seriesOf(runStore, id);
  };
}
