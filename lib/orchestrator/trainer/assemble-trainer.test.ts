import { expect, test } from 'vitest';
import { RecipeConfig } from '@/lib/recipes/recipe-config';
import type { Services } from '@/lib/services/open-services';
import { createRecordingTraining } from '@/lib/testing/recording-training';
import { anEpisode, aRolloutTask, aScoredRollout } from '@/lib/testing/rollouts';
import type { ScoredRollout } from '../rollout/rollout';
import type { RolloutBatch } from '../trajectory-pool/trajectory-pool';
import { assembleTrainer } from './assemble-trainer';

const never = new AbortController().signal;
const TURN = { step: 0, rateFactor: 1, klCoefficient: null, operationPrefix: 'test' };

type Config = Readonly<Record<string, unknown>>;
type Changes = { readonly trainer?: Config; readonly algorithm?: Config; readonly loss?: Config };

function recipe({ trainer = {}, algorithm = {}, loss = {} }: Changes): RecipeConfig {
  return RecipeConfig.parse({
    data: { data_files: ['train.parquet'], max_response_length: 8 },
    rollout_worker: { type: 'simple', num_workers: 4 },
    trainer: { type: 'remote_api_grpo', total_train_steps: 10, ...trainer, algorithm },
    service: {
      inference_service: { backend: 'embedded' },
      train_service: { main: { backend: 'embedded', config: { min_mini_batch_sequences: 1, ...loss } } },
    },
  });
}

/** Tokens 1 and 2 are the prompt; each sequence trains `length` tokens with the log-probability −0.5. */
function rollout(sample: number, reward: number, lengths: readonly number[]): ScoredRollout {
  const sequences = lengths.map((length) => ({
    tokens: [1, 2, ...Array.from({ length }, (_, at) => 10 + at)],
    lossMask: [0, 0, ...new Array<number>(length).fill(1)],
    logprobs: [0, 0, ...new Array<number>(length).fill(-0.5)],
    weightVersions: new Array<number>(length + 2).fill(0),
    tokenTexts: new Array<string>(length + 2).fill('x'),
  }));
  const completionTokens = lengths.reduce((sum, length) => sum + length, 0);
  return aScoredRollout({
    task: aRolloutTask({ sample }),
    episode: anEpisode({ sequences, completionTokens }),
    reward,
  });
}

function batchOf(...rollouts: readonly ScoredRollout[]): RolloutBatch {
  return { step: 0, asked: rollouts.length, groups: [{ name: 'g', rollouts }], dropped: [], failed: [] };
}

function trainerOf(config: RecipeConfig, services: Pick<Services, 'training' | 'teacher'>) {
  const [actor] = Object.values(config.service.train_service);
  if (actor === undefined) throw new Error('no actor');
  return assembleTrainer(config, actor.config, services);
}

async function train(changes: Changes, batch: RolloutBatch, recording = createRecordingTraining()) {
  const trainer = trainerOf(recipe(changes), { training: recording.service });
  const prepared = await trainer.prepare(batch, TURN, never);
  await trainer.train(prepared, TURN, never);
  return { prepared, step: recording.steps[0], calls: recording.calls };
}

const list = (values: Float32Array | undefined): readonly number[] => [...(values ?? [])];

test('a rollout of several sequences gives each of them its advantage, and one number for the record', async () => {
  const [good, bad] = [rollout(0, 1, [1, 2]), rollout(1, 0, [1])];
  const { prepared, step } = await train(
    { algorithm: { norm_adv_by_std_in_grpo: false } },
    batchOf(good, bad),
  );
  expect(step?.batch.map(({ advantages }) => list(advantages))).toEqual([
    [0, 0, 0.5],
    [0, 0, 0.5, 0.5],
    [0, 0, -0.5],
  ]);
  expect(prepared.advantages.get(good)).toBe(0.5);
  expect(prepared.advantages.get(bad)).toBe(-0.5);
});

test('without signal there is nothing to train on, unless the loss has a KL term', async () => {
  const flat = batchOf(rollout(0, 1, [1]), rollout(1, 1, [2]));
  expect((await train({}, flat)).step).toBeUndefined();
  const { step, calls } = await train({ loss: { use_kl_loss: true, kl_loss_coef: 0.1 } }, flat);
  expect(calls).toEqual(['freezeReference', 'forward reference']);
  expect(step?.loss.kl).toEqual({ estimator: 'low_var_kl', coefficient: 0.1 });
  expect(step?.batch.map(({ referenceLogprobs }) => list(referenceLogprobs))).toEqual([
    [0, 0, -1],
    [0, 0, -1, -1],
  ]);
});

test('the KL penalty in the reward lowers the score of what has moved away, and its coefficient goes on', async () => {
  // the longer answer is 0.5 nats likelier than the reference says, at each of its tokens
  const recording = createRecordingTraining((_, { tokens }) => (tokens.length > 3 ? -1 : -0.5));
  const algorithm = {
    norm_adv_by_std_in_grpo: false,
    use_kl_in_reward: true,
    kl_ctrl: { type: 'adaptive', kl_coef: 0.2, target_kl: 0.125, horizon: 10 },
  };
  const { prepared, step } = await train(
    { algorithm },
    batchOf(rollout(0, 1, [2]), rollout(1, 1, [1])),
    recording,
  );
  const advantages = step?.batch.map((datum) => datum.advantages?.[2]);
  // 0.2 · 2 · 0.5 = 0.2 is taken from the first
  expect(advantages?.[0]).toBeCloseTo(-0.1, 6);
  expect(advantages?.[1]).toBeCloseTo(0.1, 6);
  expect(prepared.metrics['critic/kl']).toBeCloseTo(0.25, 6);
  expect(prepared.metrics['critic/kl_coeff']).toBe(0.2);
  // twice the target: the error is held at 0.2, over 2 of 10 sequences
  expect(prepared.klCoefficient).toBeCloseTo(0.2 * (1 + (0.2 * 2) / 10), 9);
});

test('the coefficient that earlier steps have arrived at is the one that counts', async () => {
  const recording = createRecordingTraining();
  const trainer = trainerOf(recipe({ algorithm: { use_kl_in_reward: true } }), {
    training: recording.service,
  });
  const turn = { ...TURN, step: 4, klCoefficient: 0.7 };
  const { metrics } = await trainer.prepare(batchOf(rollout(0, 1, [1]), rollout(1, 0, [1])), turn, never);
  expect(metrics['critic/kl_coeff']).toBe(0.7);
  // the reference was frozen before the first step
  expect(recording.calls).toEqual(['forward reference']);
});

test('a self-hosted trainer computes old log-probabilities itself, and the gap to the sampler is told', async () => {
  const batch = batchOf(rollout(0, 1, [1]), rollout(1, 0, [2]));
  const { prepared, step, calls } = await train(
    {
      trainer: { type: 'self_hosted_grpo' },
      algorithm: { tis_imp_ratio_cap: 2, norm_adv_by_std_in_grpo: false },
    },
    batch,
    createRecordingTraining((_, { tokens }) => (tokens.length > 3 ? 0.5 : -1)),
  );
  expect(calls).toEqual(['forward policy']);
  expect(list(step?.batch[0]?.logprobs)).toEqual([0, 0, -1]);
  expect(step?.batch[0]?.advantages?.[2]).toBeCloseTo(0.5 * Math.exp(-0.5), 6);
  // e^1 is more than the cap
  expect(list(step?.batch[1]?.advantages)).toEqual([0, 0, -1, -1]);
  expect(prepared.metrics['training/sampler_gap_max']).toBeCloseTo(1, 6);
  expect(prepared.metrics['training/tis_capped_share']).toBeCloseTo(2 / 3, 6);
});

test('long answers lose reward before advantages are taken', async () => {
  const algorithm = { norm_adv_by_std_in_grpo: false, overlong_buffer: { len: 4, penalty_factor: 1 } };
  const { prepared, step } = await train({ algorithm }, batchOf(rollout(0, 1, [8]), rollout(1, 1, [4])));
  expect(step?.batch.map(({ advantages }) => advantages?.[2])).toEqual([-0.5, 0.5]);
  expect(prepared.metrics).toMatchObject({
    'rollout/overlong_penalty_mean': -0.5,
    'rollout/overlong_share': 0.5,
  });
});

test.each([
  ['token-mean', [1, 1], undefined],
  ['seq-mean-token-mean', [0.5, 0.25], 2],
  ['seq-mean-token-sum', [1, 1], 2],
  ['seq-mean-token-sum-norm', [1, 1], 16],
] as const)('%s reaches the service as weights and a normalizer', async (mode, weights, normalizer) => {
  const { step } = await train(
    { loss: { loss_agg_mode: mode } },
    batchOf(rollout(0, 1, [2]), rollout(1, 0, [4])),
  );
  expect(step?.batch.map((datum) => datum.weights[2])).toEqual(weights);
  expect(step?.loss.normalizer).toBe(normalizer);
});

test('GSPO weighs sequences alike without being told', async () => {
  const { step } = await train(
    { loss: { loss_fn: 'gspo' } },
    batchOf(rollout(0, 1, [2]), rollout(1, 0, [4])),
  );
  expect(step?.loss).toMatchObject({ kind: 'gspo', normalizer: 2 });
});

test('cross-entropy imitates rollouts by their reward, and those without one not at all', async () => {
  const batch = batchOf(rollout(0, 0.5, [1]), rollout(1, 0, [1]), rollout(2, 1, [2]));
  const { prepared, step } = await train({ trainer: { type: 'remote_api_cross_entropy' } }, batch);
  expect(step?.loss.kind).toBe('cross_entropy');
  expect(step?.batch.map(({ weights }) => list(weights))).toEqual([
    [0, 0, 0.5],
    [0, 0, 1, 1],
  ]);
  expect(step?.batch[0]).not.toHaveProperty('advantages');
  expect(prepared.advantages.size).toBe(0);
});

test('distillation makes the teacher’s opinion of each token its advantage, and rewards do not count', async () => {
  const recording = createRecordingTraining();
  const teacher = {
    logprobs: () => Promise.resolve([Float32Array.of(0, 0, -0.25, -1.5)]),
    close: () => Promise.resolve(),
  };
  const changes = { trainer: { type: 'remote_api_opd' }, loss: { kl_penalty_coef: 2 } };
  const trainer = trainerOf(recipe(changes), { training: recording.service, teacher });
  const prepared = await trainer.prepare(batchOf(rollout(0, 1, [2])), TURN, never);
  await trainer.train(prepared, TURN, never);
  // −2 · (−0.5 − teacher)
  expect(list(recording.steps[0]?.batch[0]?.advantages)).toEqual([0, 0, 0.5, -2]);
  expect(prepared.metrics).toEqual({
    'opd/teacher_kl': 0.375,
    'opd/valid_tokens': 2,
    'distill/teacher_log_prob_mean': -0.875,
    'distill/teacher_log_prob_min': -1.5,
    'distill/teacher_log_prob_max': -0.25,
    'distill/student_perplexity': Math.exp(0.5),
    'distill/teacher_perplexity': Math.exp(0.875),
    'distill/mean_log_prob_diff': 0.625,
    'distill/max_log_prob_diff': 1,
    'distill/avg_trained_tokens_per_sample': 2,
  });
});

test('a self-hosted distillation passes over its batch as often as it says', async () => {
  const recording = createRecordingTraining();
  const teacher = {
    logprobs: () => Promise.resolve([Float32Array.of(0, 0, 0)]),
    close: () => Promise.resolve(),
  };
  const config = recipe({ trainer: { type: 'self_hosted_opd' }, algorithm: { distillation_epochs: 3 } });
  const trainer = trainerOf(config, { training: recording.service, teacher });
  await trainer.train(await trainer.prepare(batchOf(rollout(0, 1, [1])), TURN, never), TURN, never);
  expect(recording.steps.map(({ operationId }) => operationId)).toEqual(['test-0-0', 'test-0-1', 'test-0-2']);
});

test('a self-hosted distillation takes its own log-probabilities, entropy weight and temperature where the recipe says so', async () => {
  const recording = createRecordingTraining(() => -0.75);
  const teacher = {
    logprobs: () => Promise.resolve([Float32Array.of(0, 0, -0.25)]),
    close: () => Promise.resolve(),
  };
  const algorithm = { do_old_student_log_prob_compute: true, entropy_coeff: 0.01, temperature: 0.5 };
  const trainer = trainerOf(recipe({ trainer: { type: 'self_hosted_opd' }, algorithm }), {
    training: recording.service,
    teacher,
  });
  const prepared = await trainer.prepare(batchOf(rollout(0, 1, [1])), TURN, never);
  await trainer.train(prepared, TURN, never);
  expect(recording.calls).toEqual(['forward policy']);
  const [step] = recording.steps;
  expect(list(step?.batch[0]?.logprobs)).toEqual([0, 0, -0.75]);
  // −1 · (−0.75 − −0.25)
  expect(list(step?.batch[0]?.advantages)).toEqual([0, 0, 0.5]);
  expect(step?.loss).toMatchObject({ entropyCoefficient: 0.01, temperature: 0.5 });
});

test('rewards after penalties and the range of advantages are told', async () => {
  const algorithm = { norm_adv_by_std_in_grpo: false, overlong_buffer: { len: 4, penalty_factor: 1 } };
  const { prepared } = await train({ algorithm }, batchOf(rollout(0, 1, [8]), rollout(1, 0.5, [4])));
  expect(prepared.metrics).toMatchObject({
    'critic/rewards/mean': 0.25,
    'critic/rewards/max': 0.5,
    'critic/rewards/min': 0,
    'critic/advantages/max': 0.25,
    'critic/advantages/min': -0.25,
    'actor/adv_pos_count': 4,
    'actor/adv_neg_count': 8,
  });
});
