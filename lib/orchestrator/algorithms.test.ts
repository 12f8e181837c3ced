import { once } from 'node:events';
import { expect, test } from 'vitest';
import { embeddedRuns, SMALL } from '@/lib/testing/embedded-runs';
import { seriesOf } from '@/lib/testing/orchestrated-run';

// Every trainer on the real embedded service: bundled processes, a real small model.

const STEPS = { total_train_steps: 4, save_freq: 2, warm_start: { max_updates: 4, check_samples: 16 } };

async function setUp() {
  const { launch, start, store } = await embeddedRuns();
  const runToEnd = async (trainer: object, config: object = {}) => {
    const actor = { config };
    const runId = await launch({
      ...SMALL,
      trainer: { ...STEPS, ...trainer },
      service: { ...SMALL.service, train_service: { actor } },
    });
    await once(start(runId), 'exit');
    expect(await store.get(runId)).toMatchObject({ reason: null, status: 'succeeded', step: 4 });
    return { runId, series: await seriesOf(store, runId) };
  };
  return { launch, start, runToEnd, store };
}

const KL_IN_REWARD = {
  type: 'self_hosted_grpo',
  algorithm: {
    use_kl_in_reward: true,
    kl_ctrl: { kl_coef: 0.05, target_kl: 0.01, horizon: 200 },
    tis_imp_ratio_cap: 2,
    overlong_buffer: { len: 2 },
  },
};

test('every trainer trains the embedded model', async () => {
  const { runToEnd } = await setUp();
  const penalised = await runToEnd(KL_IN_REWARD);
  expect(penalised.series['critic/kl@0']).toBe(0);
  expect(penalised.series['critic/kl@3']).toBeGreaterThan(0);
  expect(penalised.series['critic/kl_coeff@3']).not.toBe(0.05);
  // one engine: trainer and sampler agree to the last bit
  expect(penalised.series['training/sampler_gap_max@2']).toBe(0);
  expect(penalised.series['training/tis_weight_mean@2']).toBe(1);

  const gspo = await runToEnd(
    {},
    { loss_fn: 'gspo', use_kl_loss: true, kl_loss_coef: 0.01, kl_loss_type: 'k3' },
  );
  expect(gspo.series['actor/kl_loss@3']).toBeGreaterThan(0);

  const filtered = await runToEnd({
    algorithm: { filter_groups: { max_num_gen_batches: 3 }, adv_estimator: 'rloo' },
  });
  expect(filtered.series['rollout/rounds@0']).toBeGreaterThanOrEqual(1);

  const imitating = await runToEnd({ type: 'remote_api_cross_entropy' });
  expect(imitating.series['training/loss@3']).toBeGreaterThan(0);

  const checkpoint = `checkpoints/run-${penalised.runId}/step-4`;
  const opd = await runToEnd({ type: 'remote_api_opd', teachers: [{ checkpoint }], total_train_steps: 4 });
  expect(opd.series['opd/valid_tokens@0']).toBeGreaterThan(0);
  expect(opd.series['training/grad_norm@3']).toBeGreaterThan(0);
}, 300_000);

test('a student comes closer to its teacher', async () => {
  const { launch, start, runToEnd, store } = await setUp();
  // the teacher knows the task, the student does not: it starts from other weights and without a warm start
  const teacher = await runToEnd({ warm_start: { max_updates: 60, until_exact: 1 } });
  const runId = await launch({
    ...SMALL,
    data: { seed: 99 },
    trainer: { type: 'self_hosted_opd', total_train_steps: 20, save_freq: 0, warm_start: { enabled: false } },
    service: {
      ...SMALL.service,
      train_service: {
        actor: { config: { loss_fn: 'importance_sampling', learning_rate: 0.01, entropy_coeff: 0 } },
        teacher: {
          role: 'teacher',
          backend: 'embedded',
          model_path: `checkpoints/run-${teacher.runId}/step-4`,
        },
      },
    },
  });
  await once(start(runId), 'exit');
  const series = await seriesOf(store, runId);
  const distance = (step: number): number => series[`opd/teacher_kl@${step}`] ?? NaN;
  expect(distance(19)).toBeLessThan(0.7 * distance(0));
}, 300_000);

test('a killed run with a KL penalty goes on against the same reference and with the same coefficient', async () => {
  const { launch, start, runToEnd, store } = await setUp();
  const expected = (await runToEnd({ ...KL_IN_REWARD })).series;
  const runId = await launch({ ...SMALL, trainer: { ...STEPS, ...KL_IN_REWARD } });
  const first = start(runId);
  await expect
    .poll(async () => (await store.get(runId)).step, { timeout: 60_000, interval: 10 })
    .toBeGreaterThanOrEqual(2);
  const ended = once(first, 'exit');
  first.kill('SIGKILL');
  await ended;
  if ((await store.get(runId)).status !== 'succeeded') {
    await store.markLost(10_000);
    await store.transition(runId, 'queued', null);
    await once(start(runId), 'exit');
  }
  expect(await seriesOf(store, runId)).toEqual(expected);
}, 300_000);
