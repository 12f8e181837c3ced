import { z } from 'zod';
import { known, read, type Inert } from './key-meta';
import { flag, positive } from './value-types';

export const GRPO_TRAINERS = ['embedded_grpo', 'self_hosted_grpo', 'remote_api_grpo'];
const SELF_HOSTED_GRPO = { backends: ['self_hosted'], trainers: ['self_hosted_grpo'] } as const;
const SELF_HOSTED_OPD = { backends: ['self_hosted'], trainers: ['self_hosted_opd'] } as const;

/** A penalty reaches nothing while neither the reward nor the loss asks for it. */
const noKl: Inert = {
  because: 'both KL switches are off (trainer.algorithm.use_kl_in_reward and actor.use_kl_loss)',
  when: (config) =>
    !config.isTrue('trainer.algorithm.use_kl_in_reward') &&
    !config
      .keys('service.train_service')
      .some((name) => config.isTrue(`service.train_service.${name}.actor.use_kl_loss`)),
};
const noKlInReward: Inert = {
  because: 'trainer.algorithm.use_kl_in_reward is off',
  when: (config) => !config.isTrue('trainer.algorithm.use_kl_in_reward'),
};
const notAdaptive: Inert = {
  because: 'the KL controller is not adaptive',
  when: (config, section) => config.get(`${section}.type`) !== 'adaptive',
};

function klControl(place: string) {
  return known(
    z.looseObject({
      type: known(z.enum(['fixed', 'adaptive']), {
        meaning: 'Keeps the KL coefficient as it is, or moves it towards a target.',
        readers: ['trainer'],
        ...SELF_HOSTED_GRPO,
        fallback: 'adaptive',
        inert: [noKlInReward],
      }),
      kl_coef: known(z.number(), {
        meaning: 'Coefficient of the KL penalty, as older recipes name it.',
        readers: ['trainer'],
        ...SELF_HOSTED_GRPO,
        examples: ['0.001'],
        inert: [noKl],
      }),
      kl_reward_coef: known(z.number(), {
        meaning: 'Coefficient of the KL penalty that is taken from the reward.',
        readers: ['trainer'],
        ...SELF_HOSTED_GRPO,
        fallback: '0.1',
        inert: [noKlInReward],
      }),
      target_kl: known(z.number().positive(), {
        meaning: 'KL that the adaptive controller aims at.',
        unit: 'nats',
        readers: ['trainer'],
        ...SELF_HOSTED_GRPO,
        fallback: '6.0',
        inert: [noKlInReward, notAdaptive],
      }),
      horizon: known(z.number().positive(), {
        meaning: 'Samples over which the adaptive controller corrects itself.',
        unit: 'samples',
        readers: ['trainer'],
        ...SELF_HOSTED_GRPO,
        fallback: '10000',
        inert: [noKlInReward, notAdaptive],
      }),
    }),
    { meaning: `How strong the KL penalty is${place}.`, readers: ['trainer'], ...SELF_HOSTED_GRPO },
  );
}

/** Keys of on-policy distillation. */
const OPD_KEYS = {
  distillation_coeff: known(z.number(), {
    meaning: 'Weight of the distance to the teacher in the loss.',
    readers: ['trainer'],
    ...SELF_HOSTED_OPD,
    fallback: '1.0',
  }),
  entropy_coeff: known(z.number(), {
    meaning: 'Weight of the entropy bonus in the loss.',
    readers: ['trainer'],
    ...SELF_HOSTED_OPD,
    fallback: '0.0',
  }),
  temperature: known(z.number().positive(), {
    meaning: 'Temperature at which log-probabilities of teacher and student are compared.',
    readers: ['trainer'],
    ...SELF_HOSTED_OPD,
    fallback: '1.0',
  }),
  loss_agg_mode: known(z.enum(['token-mean', 'seq-mean-token-sum', 'seq-mean-token-mean']), {
    meaning: 'How losses of tokens become one number.',
    readers: ['trainer'],
    ...SELF_HOSTED_OPD,
    fallback: 'token-mean',
  }),
  distillation_epochs: known(positive, {
    meaning: 'Passes over a batch.',
    unit: 'passes',
    readers: ['trainer'],
    ...SELF_HOSTED_OPD,
    fallback: '1',
  }),
  do_old_student_log_prob_compute: known(flag, {
    meaning: 'Computes the log-probabilities of the student once before the update.',
    readers: ['trainer'],
    ...SELF_HOSTED_OPD,
    fallback: 'false',
  }),
};

export const Algorithm = z.looseObject({
  type: read(z.string().default('grpo'), {
    meaning: 'Names the algorithm for people; the trainer follows from trainer.type.',
    readers: ['run process'],
    allowed: ['grpo', 'opd', 'cross_entropy'],
  }),
  norm_adv_by_std_in_grpo: read(flag.default(true), {
    meaning:
      "Divides an advantage by its group's spread; off, it is the reward minus the group's mean (Dr. GRPO).",
    readers: ['trainer'],
    trainers: GRPO_TRAINERS,
    isGalleys: true,
  }),
  do_old_log_prob_compute: known(flag, {
    meaning: 'Computes log-probabilities under the old weights with the trainer before the update.',
    readers: ['trainer'],
    ...SELF_HOSTED_GRPO,
    fallback: 'true',
  }),
  use_kl_in_reward: known(flag, {
    meaning: 'Takes a KL penalty from the reward.',
    readers: ['trainer'],
    ...SELF_HOSTED_GRPO,
    fallback: 'false',
  }),
  kl_penalty: known(z.enum(['kl', 'abs', 'mse', 'low_var_kl']), {
    meaning: 'Estimator of that KL.',
    readers: ['trainer'],
    ...SELF_HOSTED_GRPO,
    fallback: 'kl',
    inert: [noKlInReward],
  }),
  kl_ctrl: klControl(', in the place where recipes put it'),
  critic: known(
    z.looseObject({ kl_ctrl: klControl(', in the place where the reference framework reads it') }),
    {
      meaning: 'Older place of kl_ctrl.',
      readers: ['trainer'],
      ...SELF_HOSTED_GRPO,
    },
  ),
  ...OPD_KEYS,
});
