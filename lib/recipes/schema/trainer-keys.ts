import { z } from 'zod';
import { Algorithm } from './algorithm-keys';
import { known, read, type Inert } from './key-meta';
import { flag, positive, share, text, whole } from './value-types';

export const TRAINER_TYPES = [
  'embedded_grpo',
  'self_hosted_grpo',
  'self_hosted_opd',
  'remote_api_grpo',
  'remote_api_cross_entropy',
  'remote_api_opd',
] as const;

const SELF_HOSTED = { backends: ['self_hosted'] } as const;

const noWarmStart: Inert = {
  because: 'trainer.warm_start.enabled is off',
  when: (config) => config.get('trainer.warm_start.enabled') === false,
};
const WARM = { readers: ['trainer'], backends: ['embedded'], isGalleys: true, inert: [noWarmStart] } as const;

const WarmStart = z.looseObject({
  enabled: read(flag.default(true), {
    ...WARM,
    meaning: 'Runs the phase.',
    inert: [],
  }),
  answer_key: read(z.string().default('answer'), {
    ...WARM,
    meaning: 'Column with the answer to imitate.',
    examples: ['"answer"'],
  }),
  until_exact: read(share.default(0.12), {
    ...WARM,
    meaning: 'The phase ends when this share of completions sampled at temperature 1 is exactly right.',
    unit: 'share',
  }),
  check_samples: read(positive.default(256), {
    ...WARM,
    meaning: 'Completions sampled for that check.',
    unit: 'completions',
  }),
  check_every: read(positive.default(10), {
    ...WARM,
    meaning: 'Updates between two checks.',
    unit: 'updates',
  }),
  max_updates: read(positive.default(600), {
    ...WARM,
    meaning: 'The phase ends after so many updates in any case.',
    unit: 'updates',
  }),
  batch_size: read(positive.default(64), { ...WARM, meaning: 'Rows per update.', unit: 'rows' }),
  learning_rate: read(z.number().positive().default(1e-3), {
    ...WARM,
    meaning: 'Learning rate of the phase.',
  }),
});

const notSaving: Inert = {
  because: 'trainer.save_freq is 0, so there is no earlier checkpoint to remove',
  when: (config) => (config.number('trainer.save_freq') ?? 0) <= 0,
};

const PATH_KEYS = {
  checkpoint_path: known(z.string(), {
    meaning: 'Folder of the checkpoints.',
    readers: ['trainer'],
    ...SELF_HOSTED,
    examples: ['"${oc.env:EXPERIMENT_PATH}/ckpt"'],
  }),
  sync_weight_path: known(z.string(), {
    meaning: 'Folder that is rewritten at every step and from which the inference service loads weights.',
    readers: ['trainer', 'weight sync'],
    ...SELF_HOSTED,
    examples: ['"${oc.env:EXPERIMENT_PATH}/sync_weight"'],
  }),
};

const teachers = read(
  z
    .array(
      z.looseObject({
        base_model: read(z.string().default('embedded'), {
          meaning: 'Model that teaches.',
          readers: ['trainer'],
          trainers: ['remote_api_opd'],
          examples: ['"Qwen/Qwen3-32B"'],
        }),
        checkpoint: read(z.string().nullish(), {
          meaning: 'Checkpoint of that model; of an embedded teacher, a saved state below the data folder.',
          readers: ['trainer'],
          trainers: ['remote_api_opd'],
          examples: ['"checkpoints/run-12/step-300"'],
        }),
        base_url: known(text, {
          meaning: 'Service of the teacher, when it is another than the student’s.',
          readers: ['trainer'],
          trainers: ['remote_api_opd'],
        }),
        api_key: known(text, {
          meaning: 'Key of that service.',
          readers: ['trainer'],
          trainers: ['remote_api_opd'],
        }),
        backend: known(z.string(), {
          meaning: 'Kind of that service.',
          readers: ['trainer'],
          trainers: ['remote_api_opd'],
          allowed: ['embedded', 'tinker', 'weaver'],
        }),
      }),
    )
    .nullish(),
  {
    meaning: 'Models whose log-probabilities the student learns to match; the first is used.',
    readers: ['trainer'],
    backends: ['embedded', 'tinker', 'weaver'],
    trainers: ['remote_api_opd'],
  },
);

export const Trainer = read(
  z.looseObject({
    type: read(z.string(), {
      meaning: 'Algorithm and kind of training service.',
      readers: ['run process', 'trainer'],
      allowed: TRAINER_TYPES,
      examples: ['"self_hosted_grpo"', '"remote_api_grpo"', '"embedded_grpo"'],
    }),
    total_train_steps: read(positive, {
      meaning: 'Steps after which the run ends; counted from the start of training, also after a resume.',
      unit: 'steps',
      readers: ['run process', 'trainer'],
      examples: ['200'],
    }),
    save_freq: read(whole.default(0), {
      meaning: 'Steps between checkpoints; 0 saves only at the end and on stop.',
      unit: 'steps',
      readers: ['trainer'],
      examples: ['10'],
    }),
    remove_previous_ckpt: read(flag.default(true), {
      meaning: 'Keeps only the last two checkpoints.',
      readers: ['trainer'],
      inert: [notSaving],
    }),
    ...PATH_KEYS,
    custom_trainer_module_path: known(z.string(), {
      meaning: 'Python file with a trainer of your own; it wins over trainer.type.',
      readers: ['trainer'],
    }),
    custom_trainer_class_name: known(z.string(), {
      meaning: 'Class in that file.',
      readers: ['trainer'],
      fallback: '"CustomTrainer"',
      inert: [
        {
          because: 'trainer.custom_trainer_module_path is not set',
          when: (config) => config.text('trainer.custom_trainer_module_path') === null,
        },
      ],
    }),
    identifier: known(z.string(), {
      meaning: 'Model that the trainer trains, when no training service says so.',
      readers: ['trainer'],
      inert: [
        {
          because: 'the training service names its own identifier',
          when: (config) => config.keys('service.train_service').length > 0,
        },
      ],
    }),
    model_tag: known(z.string(), {
      meaning: 'Older name of identifier.',
      readers: ['trainer'],
      renamedTo: 'trainer.identifier',
    }),
    teachers,
    algorithm: read(
      Algorithm.nullish().transform((value) => value ?? Algorithm.parse({})),
      { meaning: 'Settings of the algorithm.', readers: ['trainer'] },
    ),
    warm_start: read(WarmStart.nullish(), {
      meaning:
        'Supervised phase before the first step, for embedded models, which start from random weights.',
      readers: ['trainer'],
      backends: ['embedded'],
      isGalleys: true,
    }),
  }),
  { meaning: 'How a model learns from rollouts.', readers: ['trainer'] },
);
