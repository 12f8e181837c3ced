import { z } from 'zod';
import { ADVANTAGE_ESTIMATORS } from '@/lib/rl/advantages/choose-estimator';
import { KL_ESTIMATORS } from '@/lib/rl/kl/estimate';
import { LOSS_AGGREGATIONS } from '@/lib/rl/loss/aggregation';
import { read, type Inert } from './key-meta';
import { flag, positive, share } from './value-types';

export const GRPO_TRAINERS = ['embedded_grpo', 'self_hosted_grpo', 'remote_api_grpo'];
export const OPD_TRAINERS = ['self_hosted_opd', 'remote_api_opd'];
const GRPO = { readers: ['trainer'], trainers: GRPO_TRAINERS } as const;

const noKlInReward: Inert = {
  because: 'trainer.algorithm.use_kl_in_reward is off',
  when: (config) => !config.isTrue('trainer.algorithm.use_kl_in_reward'),
};
const notAdaptive: Inert = {
  because: 'the KL controller is not adaptive',
  when: (config, section) => config.get(`${section}.type`) === 'fixed',
};
const ESTIMATOR = 'trainer.algorithm.adv_estimator';

function unlessEstimator(name: string): Inert {
  return {
    because: `${ESTIMATOR} is not ${name}`,
    when: (config) => (config.get(ESTIMATOR) ?? 'grpo') !== name,
  };
}

function klControl(place: string) {
  return read(
    z
      .looseObject({
        type: read(z.enum(['fixed', 'adaptive']).default('adaptive'), {
          meaning: 'Keeps the KL coefficient as it is, or moves it towards a target.',
          ...GRPO,
          inert: [noKlInReward],
        }),
        kl_coef: read(z.number().nonnegative().nullish(), {
          meaning: 'Coefficient of the KL penalty, as older recipes name it.',
          ...GRPO,
          examples: ['0.001'],
          inert: [noKlInReward],
        }),
        kl_reward_coef: read(z.number().nonnegative().nullish(), {
          meaning: 'Coefficient of the KL penalty that is taken from the reward; the first one, if it moves.',
          ...GRPO,
          fallback: '0.1',
          inert: [noKlInReward],
        }),
        target_kl: read(z.number().positive().default(6), {
          meaning: 'KL that the adaptive controller aims at.',
          unit: 'nats',
          ...GRPO,
          inert: [noKlInReward, notAdaptive],
        }),
        horizon: read(z.number().positive().default(10_000), {
          meaning: 'Samples over which the adaptive controller corrects itself.',
          unit: 'samples',
          ...GRPO,
          inert: [noKlInReward, notAdaptive],
        }),
      })
      .nullish(),
    { meaning: `How strong the KL penalty is${place}.`, ...GRPO },
  );
}

/** What the reward and the batch are before advantages are taken. */
const SHAPING_KEYS = {
  overlong_buffer: read(
    z
      .looseObject({
        enable: read(flag.default(true), { meaning: 'Takes the penalty.', ...GRPO, isGalleys: true }),
        len: read(positive, {
          meaning: 'Last tokens before data.max_response_length over which the penalty grows.',
          unit: 'tokens',
          ...GRPO,
          isGalleys: true,
          examples: ['4096'],
        }),
        penalty_factor: read(z.number().nonnegative().default(1), {
          meaning: 'Penalty at data.max_response_length.',
          ...GRPO,
          isGalleys: true,
        }),
      })
      .nullish(),
    {
      meaning: 'Takes a growing penalty from the reward of long responses (DAPO).',
      ...GRPO,
      isGalleys: true,
    },
  ),
  filter_groups: read(
    z
      .looseObject({
        enable: read(flag.default(true), {
          meaning: 'Replaces groups without signal.',
          ...GRPO,
          isGalleys: true,
        }),
        max_num_gen_batches: read(positive.default(4), {
          meaning: 'Batches that are sampled for one step, at most; then the step trains on what there is.',
          unit: 'batches',
          ...GRPO,
          isGalleys: true,
        }),
      })
      .nullish(),
    {
      meaning: 'Samples further prompts until a step has data.batch_size groups with a signal (DAPO).',
      readers: ['trajectory pool'],
      trainers: GRPO_TRAINERS,
      isGalleys: true,
    },
  ),
};

/** Keys of on-policy distillation. */
const OPD_KEYS = {
  distillation_coeff: read(z.number().default(1), {
    meaning: 'Weight of the distance to the teacher in the loss.',
    readers: ['trainer'],
    trainers: ['self_hosted_opd'],
  }),
  entropy_coeff: read(z.number().nullish(), {
    meaning: 'Weight of the entropy bonus in the loss.',
    readers: ['trainer'],
    trainers: ['self_hosted_opd'],
    fallback: 'entropy_coeff in the config of the training service',
  }),
  temperature: read(z.number().positive().nullish(), {
    meaning: 'Divides the logits of the student in the loss.',
    readers: ['trainer'],
    trainers: ['self_hosted_opd'],
    fallback: 'rollout_worker.temperature, at which the teacher is asked, too',
  }),
  loss_agg_mode: read(z.enum(LOSS_AGGREGATIONS).nullish(), {
    meaning: 'How losses of tokens become one number; config.loss_agg_mode of the service wins.',
    readers: ['trainer'],
    fallback: 'token-mean',
  }),
  distillation_epochs: read(positive.default(1), {
    meaning: 'Passes over a batch.',
    unit: 'passes',
    readers: ['trainer'],
    trainers: ['self_hosted_opd'],
  }),
  do_old_student_log_prob_compute: read(flag.default(false), {
    meaning:
      'Takes the log-probabilities of the student from the trainer, once before the update, instead of from the sampler.',
    readers: ['trainer'],
    trainers: ['self_hosted_opd'],
  }),
};

export const Algorithm = z.looseObject({
  type: read(z.string().default('grpo'), {
    meaning: 'Names the algorithm for people; the trainer follows from trainer.type.',
    readers: ['run process'],
    allowed: ['grpo', 'opd', 'cross_entropy'],
  }),
  adv_estimator: read(z.enum(ADVANTAGE_ESTIMATORS).default('grpo'), {
    meaning: 'How rewards become advantages; docs/algorithms.md gives the formulas.',
    ...GRPO,
    isGalleys: true,
  }),
  norm_adv_by_std_in_grpo: read(flag.default(true), {
    meaning:
      "Divides an advantage by its group's spread; off, it is the reward minus the group's mean (Dr. GRPO).",
    readers: ['trainer'],
    trainers: GRPO_TRAINERS,
    isGalleys: true,
    inert: [unlessEstimator('grpo')],
  }),
  gamma: read(share.default(1), {
    meaning: 'Discount of a reward from token to token.',
    ...GRPO,
    isGalleys: true,
    inert: [unlessEstimator('reinforce_plus_plus')],
  }),
  do_old_log_prob_compute: read(flag.nullish(), {
    meaning:
      "Computes log-probabilities under the old weights with the trainer before the update; off, the sampler's are used.",
    ...GRPO,
    fallback: 'true for self_hosted_grpo, otherwise false',
  }),
  tis_imp_ratio_cap: read(z.number().positive().nullish(), {
    meaning:
      'Multiplies advantages by the ratio of trainer and sampler probabilities, at most this (truncated importance sampling).',
    ...GRPO,
    isGalleys: true,
    examples: ['2.0'],
    fallback: 'none: no correction',
  }),
  use_kl_in_reward: read(flag.default(false), {
    meaning: 'Takes a KL penalty from the reward.',
    ...GRPO,
  }),
  kl_penalty: read(z.enum(KL_ESTIMATORS).default('kl'), {
    meaning: 'Estimator of that KL.',
    ...GRPO,
    inert: [noKlInReward],
  }),
  kl_ctrl: klControl(', in the place where recipes put it'),
  critic: read(
    z.looseObject({ kl_ctrl: klControl(', in the place where the reference framework reads it') }).nullish(),
    {
      meaning: 'Older place of kl_ctrl; kl_ctrl itself wins.',
      ...GRPO,
    },
  ),
  ...SHAPING_KEYS,
  ...OPD_KEYS,
});
