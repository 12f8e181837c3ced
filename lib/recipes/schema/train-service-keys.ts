import { z } from 'zod';
import { KL_ESTIMATORS } from '@/lib/rl/kl/estimate';
import { LOSS_AGGREGATIONS } from '@/lib/rl/loss/aggregation';
import { Actor } from './actor-keys';
import { known, read, type Inert } from './key-meta';
import { flag, positive, share, text } from './value-types';

const CLUSTER = { readers: ['launcher'], backends: ['self_hosted'] } as const;

export const TRAINING_BACKENDS = ['embedded', 'http', 'direct-zmq', 'tinker', 'weaver', 'mock'] as const;
export const LOSS_FUNCTIONS = [
  'importance_sampling',
  'ppo',
  'gspo',
  'cispo',
  'cross_entropy',
  'dro',
] as const;
const TRAINED = ['embedded', 'tinker', 'weaver'] as const;

const CLIPPING = ['ppo', 'gspo', 'cispo'];
const notClipping: Inert = {
  because: 'config.loss_fn does not clip',
  when: (config, section) => !CLIPPING.includes(config.text(`${section}.loss_fn`) ?? ''),
};
const notDual: Inert = {
  because: 'config.loss_fn is not ppo',
  when: (config, section) => config.get(`${section}.loss_fn`) !== 'ppo',
};
const noKlLoss: Inert = {
  because: 'config.use_kl_loss is off',
  when: (config, section) => !config.isTrue(`${section}.use_kl_loss`),
};
const notByConstant: Inert = {
  because: 'config.loss_agg_mode is not seq-mean-token-sum-norm',
  when: (config, section) => config.get(`${section}.loss_agg_mode`) !== 'seq-mean-token-sum-norm',
};
const oneMiniBatch: Inert = {
  because: 'config.max_mini_batches is 1',
  when: (config, section) => (config.number(`${section}.max_mini_batches`) ?? 1) <= 1,
};
const DISTILLING = { readers: ['trainer'], trainers: ['remote_api_opd'], backends: TRAINED } as const;

/** The terms of the loss beside the policy's, and how tokens are summed. */
const LOSS_KEYS = {
  loss_agg_mode: read(z.enum(LOSS_AGGREGATIONS).nullish(), {
    meaning: 'How losses of tokens become one number; docs/algorithms.md gives the formulas.',
    readers: ['trainer'],
    backends: TRAINED,
    isGalleys: true,
    fallback: 'token-mean; seq-mean-token-mean for gspo',
  }),
  loss_scale_factor: read(z.number().positive().nullish(), {
    meaning: 'Constant by which the losses of a sequence are divided.',
    unit: 'tokens',
    readers: ['trainer'],
    backends: TRAINED,
    isGalleys: true,
    fallback: 'data.max_response_length',
    inert: [notByConstant],
  }),
  use_kl_loss: read(flag.default(false), {
    meaning: 'Adds the KL to the reference model to the loss.',
    readers: ['trainer', 'training client'],
    backends: ['embedded'],
    isGalleys: true,
  }),
  kl_loss_coef: read(z.number().nonnegative().default(0.001), {
    meaning: 'Weight of that KL.',
    readers: ['trainer', 'training client'],
    backends: ['embedded'],
    isGalleys: true,
    inert: [noKlLoss],
  }),
  kl_loss_type: read(z.enum(KL_ESTIMATORS).default('low_var_kl'), {
    meaning: 'Estimator of that KL; the gradient of k1 is 0 on average.',
    readers: ['trainer', 'training client'],
    backends: ['embedded'],
    isGalleys: true,
    inert: [noKlLoss],
  }),
};

const ADAM_KEYS = {
  learning_rate: read(z.number().positive().default(2e-6), {
    meaning: 'Learning rate of Adam.',
    readers: ['trainer', 'training client'],
    backends: TRAINED,
    examples: ['4.0e-5', '1e-4'],
  }),
  beta1: read(z.number().default(0.9), {
    meaning: 'Decay rate of the first moment.',
    readers: ['trainer', 'training client'],
    backends: TRAINED,
  }),
  beta2: read(z.number().default(0.95), {
    meaning: 'Decay rate of the second moment.',
    readers: ['trainer', 'training client'],
    backends: TRAINED,
  }),
  eps: read(z.number().positive().default(1e-8), {
    meaning: 'Term that keeps Adam from dividing by zero.',
    readers: ['trainer', 'training client'],
    backends: TRAINED,
  }),
  weight_decay: read(z.number().nonnegative().default(0.01), {
    meaning: 'Weight decay.',
    readers: ['trainer', 'training client'],
    backends: ['embedded', 'weaver'],
  }),
  grad_clip_norm: read(z.number().nonnegative().default(1), {
    meaning: 'Largest norm of a gradient; 0 does not clip.',
    readers: ['trainer', 'training client'],
    backends: ['embedded', 'weaver'],
  }),
};

const RemoteTraining = z.looseObject({
  loss_fn: read(z.enum(LOSS_FUNCTIONS).default('importance_sampling'), {
    meaning: 'Loss that the service computes.',
    readers: ['trainer', 'training client'],
    backends: TRAINED,
  }),
  ...ADAM_KEYS,
  entropy_coeff: read(z.number().default(1e-4), {
    meaning: 'Weight of the entropy bonus.',
    readers: ['trainer', 'training client'],
    backends: ['embedded', 'weaver'],
  }),
  clip_ratio_low: read(z.number().positive().default(0.2), {
    meaning: 'Bound downwards on the change of a probability ratio.',
    readers: ['trainer'],
    backends: TRAINED,
    inert: [notClipping],
  }),
  clip_ratio_high: read(z.number().positive().default(0.28), {
    meaning: 'Bound upwards on the change of a probability ratio.',
    readers: ['trainer'],
    backends: TRAINED,
    inert: [notClipping],
  }),
  clip_ratio_c: read(z.number().min(1).nullable().default(3), {
    meaning: 'Dual clip: bound on the ratio for negative advantages; null turns it off.',
    readers: ['trainer'],
    backends: TRAINED,
    inert: [notDual],
  }),
  ...LOSS_KEYS,
  max_mini_batches: read(positive.default(1), {
    meaning: 'Optimizer steps per batch of rollouts, at most.',
    unit: 'steps',
    readers: ['trainer'],
    backends: TRAINED,
    isGalleys: true,
  }),
  min_mini_batch_sequences: read(positive.default(128), {
    meaning: 'Fewer informative sequences than this are not split further.',
    unit: 'sequences',
    readers: ['trainer'],
    backends: TRAINED,
    isGalleys: true,
    inert: [oneMiniBatch],
  }),
  target_kl: read(z.number().positive().nullable().default(null), {
    meaning: 'Scales the learning rate towards this sampler KL per step; null keeps the rate.',
    unit: 'nats',
    readers: ['trainer'],
    backends: TRAINED,
    isGalleys: true,
  }),
  final_learning_rate_share: read(share.default(1), {
    meaning: 'Share of the learning rate that is left at the last step; it falls linearly.',
    unit: 'share',
    readers: ['trainer'],
    backends: TRAINED,
    isGalleys: true,
  }),
  kl_penalty_coef: read(z.number().default(1), {
    meaning: 'Weight of the distance to the teacher.',
    ...DISTILLING,
  }),
  kl_discount_factor: read(share.default(0), {
    meaning: 'How far the distance of later tokens counts for earlier ones.',
    ...DISTILLING,
  }),
  zmq_recv_timeout_ms: known(positive, {
    meaning: 'Longest wait for one message of the workers.',
    unit: 'milliseconds',
    readers: ['training client'],
    backends: ['self_hosted'],
    fallback: '600000',
  }),
  zmq_total_timeout_ms: known(positive, {
    meaning: 'Longest wait for one operation.',
    unit: 'milliseconds',
    readers: ['training client'],
    backends: ['self_hosted'],
    fallback: '3600000',
  }),
});

export const TrainService = read(
  z.looseObject({
    role: read(z.string().default('actor'), {
      meaning: 'What the service does in a run; exactly one is the actor.',
      readers: ['trainer', 'checks'],
      allowed: ['actor', 'teacher'],
    }),
    backend: read(z.string(), {
      meaning:
        'Kind of training service: http is Galley’s training protocol, direct-zmq the servers of the reference framework.',
      readers: ['run process', 'training client'],
      allowed: TRAINING_BACKENDS,
      examples: ['http', 'tinker', 'embedded'],
    }),
    identifier: read(z.string().default('default'), {
      meaning: 'Name of the model that the service trains; the actor’s equals that of the inference service.',
      readers: ['training client', 'weight sync', 'checks'],
      examples: ['"default"'],
    }),
    config: read(
      RemoteTraining.nullish().transform((value) => value ?? RemoteTraining.parse({})),
      { meaning: 'Loss and optimizer of a step.', readers: ['trainer', 'training client'] },
    ),
    model_tag: known(z.string(), {
      meaning: 'Older name of identifier.',
      readers: ['training client'],
      renamedTo: 'service.train_service.*.identifier',
    }),
    url: known(text, {
      meaning: 'Address of the training service.',
      readers: ['training client'],
      backends: ['self_hosted'],
      examples: ['"http://${oc.env:API_SERVER_URL}:8000"'],
    }),
    model_path: read(z.string().nullish(), {
      meaning: 'Model of the service; of an embedded teacher, the saved state that it is loaded from.',
      readers: ['checks', 'trainer'],
      backends: ['self_hosted', 'embedded'],
      examples: ['checkpoints/run-12/step-300'],
    }),
    resource: known(
      z.looseObject({
        world_size: known(positive, {
          ...CLUSTER,
          readers: ['launcher', 'trainer', 'checks'],
          meaning: 'Pods of the service.',
          unit: 'pods',
        }),
        gpus_per_pod: known(positive, {
          ...CLUSTER,
          readers: ['launcher', 'trainer', 'checks'],
          meaning: 'GPUs of each pod.',
          unit: 'GPUs',
        }),
        memory_per_gpu: known(positive, {
          ...CLUSTER,
          meaning: 'Main memory per GPU.',
          unit: 'GiB',
          inert: [{ because: 'nothing reads it', when: () => true }],
        }),
      }),
      { ...CLUSTER, meaning: 'Machines of the training service.' },
    ),
    actor: Actor,
  }),
  { meaning: 'One training service, under a name of your choice.', readers: ['training client'] },
);
