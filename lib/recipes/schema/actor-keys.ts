import { z } from 'zod';
import type { Inert, KeyMeta } from './key-meta';
import { known } from './key-meta';
import { anyMap, flag, positive, share, whole } from './value-types';

/** What GPU workers of a self-hosted training service read. */
type About = Omit<KeyMeta, 'readers' | 'backends'>;

const worker = (schema: z.ZodType, about: About) =>
  known(schema, { ...about, readers: ['training service'], backends: ['self_hosted'] });

const OPD = { trainers: ['self_hosted_opd'] } as const;
const never = (because: string): readonly Inert[] => [{ because, when: () => true }];

const noKlLoss: Inert = {
  because: 'actor.use_kl_loss is off',
  when: (config, section) => !config.isTrue(`${section}.use_kl_loss`),
};
const notDynamic: Inert = {
  because: 'actor.use_dynamic_bsz is off',
  when: (config, section) => !config.isTrue(`${section}.use_dynamic_bsz`),
};
const noWarmUp: Inert = {
  because: 'actor.optim.lr_warmup_steps_ratio is 0, and nothing else is taken of it',
  when: (config, section) => (config.number(`${section}.lr_warmup_steps_ratio`) ?? 0) <= 0,
};
const noSteps: Inert = {
  because: 'actor.optim.total_training_steps is not set, so the ratio is taken of 0 steps',
  when: (config, section) => (config.number(`${section}.total_training_steps`) ?? 0) <= 0,
};

const Model = worker(
  z.looseObject({
    path: worker(z.string(), {
      meaning: 'Folder of the model on the GPU workers.',
      examples: ['"${service.inference_service.model_path}"'],
    }),
    use_remove_padding: worker(flag, {
      meaning: 'Packs sequences without padding (needs flash attention).',
      fallback: 'false',
    }),
    enable_gradient_checkpointing: worker(flag, {
      meaning: 'Recomputes activations in the backward pass to save memory.',
      fallback: 'false',
    }),
    trust_remote_code: worker(flag, {
      meaning: 'Runs Python code that lies with the model.',
      fallback: 'false',
    }),
    use_liger: worker(flag, { meaning: 'Uses the Liger kernels.', fallback: 'false' }),
    override_config: worker(anyMap, {
      meaning: 'Values that replace those of the model’s own config.',
      fallback: '{}',
    }),
    external_lib: worker(z.string(), {
      meaning: 'Placeholder of the reference framework.',
      inert: never('nothing reads it'),
    }),
  }),
  { meaning: 'Model that the workers load.' },
);

const BATCH_KEYS = {
  ppo_mini_batch_size: worker(whole, {
    meaning: 'Prompts per optimizer step; times rollout.n samples, shared by the data-parallel ranks.',
    unit: 'prompts',
    examples: ['32', '${data.batch_size}'],
  }),
  ppo_micro_batch_size: worker(whole, {
    meaning: 'Samples of all ranks together that go through the model at once.',
    unit: 'samples',
  }),
  ppo_micro_batch_size_per_gpu: worker(positive, {
    meaning: 'Samples of one rank that go through the model at once.',
    unit: 'samples',
    fallback: 'ppo_micro_batch_size divided by the ranks',
  }),
  ppo_epochs: worker(positive, { meaning: 'Passes over a batch.', unit: 'passes', examples: ['1'] }),
  use_dynamic_bsz: worker(flag, { meaning: 'Fills micro batches by tokens instead of samples.' }),
  ppo_max_token_len_per_gpu: worker(positive, {
    meaning: 'Tokens of one micro batch on one GPU.',
    unit: 'tokens',
    inert: [notDynamic],
  }),
  ulysses_sequence_parallel_size: worker(positive, {
    meaning: 'Ranks that share one sequence; the rest is data-parallel.',
    unit: 'ranks',
    fallback: '1',
  }),
  use_ring_sequence_parallel: worker(flag, { meaning: 'Shares sequences in a ring.', fallback: 'false' }),
  micro_batch_size: worker(positive, {
    meaning: 'Older name of ppo_micro_batch_size.',
    inert: never('workers read ppo_micro_batch_size'),
  }),
};

const LOSS_KEYS = {
  loss_func_type: worker(z.enum(['NX_20250515', 'NX_20241031', 'importance_sampling']), {
    meaning: 'Policy loss: clipped with two bounds, clipped symmetrically, or not clipped.',
  }),
  loss_agg_mode: worker(z.enum(['token-mean', 'seq-mean-token-sum', 'seq-mean-token-mean']), {
    meaning: 'How losses of tokens become one number.',
  }),
  clip_ratio: worker(z.number().positive(), {
    meaning: 'Bound on the change of a probability ratio in both directions.',
    examples: ['0.2'],
  }),
  clip_ratio_low: worker(z.number().nonnegative(), {
    meaning: 'Bound downwards.',
    fallback: 'clip_ratio',
    inert: [
      {
        because: 'only the loss NX_20250515 clips with two bounds',
        when: (config, section) => config.get(`${section}.loss_func_type`) !== 'NX_20250515',
      },
    ],
  }),
  clip_ratio_high: worker(z.number().nonnegative(), {
    meaning: 'Bound upwards.',
    fallback: 'clip_ratio',
    inert: [
      {
        because: 'only the loss NX_20250515 clips with two bounds',
        when: (config, section) => config.get(`${section}.loss_func_type`) !== 'NX_20250515',
      },
    ],
  }),
  clip_ratio_c: worker(z.number(), {
    meaning: 'Dual clip: bound of the loss of negative advantages.',
    fallback: '3.0',
    inert: never('no loss that workers accept uses it'),
  }),
  entropy_coeff: worker(z.number(), { meaning: 'Weight of the entropy bonus.', examples: ['1e-4'] }),
  use_kl_loss: worker(flag, {
    meaning:
      'Adds the KL to a reference model to the loss; no part computes the reference log-probabilities yet.',
  }),
  kl_loss_type: worker(z.enum(['kl', 'abs', 'mse', 'low_var_kl', 'full']), {
    meaning: 'Estimator of that KL.',
    inert: [noKlLoss],
  }),
  kl_loss_coef: worker(z.number(), { meaning: 'Weight of that KL.', inert: [noKlLoss] }),
  do_old_log_prob_compute: worker(flag, {
    meaning: 'The workers’ twin of trainer.algorithm.do_old_log_prob_compute; the two must agree.',
  }),
  grad_clip: worker(z.number().positive(), { meaning: 'Largest norm of a gradient.', examples: ['1.0'] }),
};

const Optimizer = worker(
  z.looseObject({
    lr: worker(z.number().positive(), { meaning: 'Learning rate of AdamW.', examples: ['2e-6'] }),
    betas: worker(z.array(z.number()).length(2), {
      meaning: 'Decay rates of AdamW.',
      fallback: '[0.9, 0.999]',
    }),
    weight_decay: worker(z.number().nonnegative(), { meaning: 'Weight decay of AdamW.', fallback: '0.01' }),
    total_training_steps: worker(whole, {
      meaning: 'Steps that the warm-up ratio is taken of.',
      unit: 'steps',
      fallback: '0',
      examples: ['${trainer.total_train_steps}'],
      inert: [noWarmUp],
    }),
    lr_warmup_steps_ratio: worker(share, {
      meaning: 'Share of total_training_steps over which the learning rate rises.',
      unit: 'share',
      fallback: '0.0',
      inert: [noSteps],
    }),
    warmup_style: worker(z.string(), {
      meaning: 'Shape of the warm-up, which is always linear.',
      inert: never('the schedule is always a linear warm-up to a constant'),
    }),
  }),
  { meaning: 'Optimizer of the workers.' },
);

const fsdp = (meaning: string) =>
  worker(
    z.looseObject({
      fsdp_size: worker(whole, {
        meaning: 'Ranks that share one copy of the model; -1 = all.',
        examples: ['-1'],
      }),
      param_offload: worker(flag, {
        meaning: 'Would keep parameters in main memory.',
        fallback: 'false',
        inert: never('offloading is not built'),
      }),
      grad_offload: worker(flag, {
        meaning: 'Would keep gradients in main memory.',
        fallback: 'false',
        inert: never('offloading is not built'),
      }),
      optimizer_offload: worker(flag, {
        meaning: 'Would keep optimizer states in main memory.',
        fallback: 'false',
        inert: never('offloading is not built'),
      }),
      model_dtype: worker(z.enum(['fp32', 'fp16', 'bf16', 'float32', 'float16', 'bfloat16']), {
        meaning: 'Type of the stored parameters.',
        fallback: 'fp32',
      }),
      mixed_precision: worker(
        z.looseObject({
          param_dtype: worker(z.string(), {
            meaning: 'Type of parameters in computation.',
            fallback: 'bf16',
          }),
          reduce_dtype: worker(z.string(), {
            meaning: 'Type in which gradients are summed.',
            fallback: 'fp32',
          }),
          buffer_dtype: worker(z.string(), { meaning: 'Type of buffers.', fallback: 'fp32' }),
        }),
        { meaning: 'Types of numbers in computation.' },
      ),
      wrap_policy: worker(
        z.looseObject({
          min_num_params: worker(whole.nonnegative(), {
            meaning: 'Modules with fewer parameters are not wrapped alone.',
            unit: 'parameters',
          }),
        }),
        { meaning: 'Which modules are sharded.' },
      ),
    }),
    { meaning },
  );

const Ref = worker(
  z.looseObject({
    log_prob_micro_batch_size: worker(positive, {
      meaning: 'Samples at once through the reference model.',
      inert: never('no reference model is built'),
    }),
    ulysses_sequence_parallel_size: worker(positive, {
      meaning: 'Ranks that share one sequence of the reference model.',
      inert: never('no reference model is built'),
    }),
    fsdp_config: fsdp('Sharding of the reference model, which is not built.'),
  }),
  { meaning: 'Reference model, which is not built.' },
);

const Rollout = worker(
  z.looseObject({
    n: worker(positive, {
      meaning: 'Rollouts per prompt.',
      unit: 'rollouts',
      examples: ['${data.rollout_repeat_n}'],
    }),
    temperature: worker(z.number().positive(), {
      meaning: 'Temperature at which the workers compute log-probabilities.',
      examples: ['${rollout_worker.temperature}'],
    }),
    log_prob_micro_batch_size: worker(positive, {
      meaning: 'Samples at once when log-probabilities are computed.',
      unit: 'samples',
    }),
    tensor_model_parallel_size: worker(positive, {
      meaning: 'GPUs that share one copy of the rollout model.',
    }),
    use_weight_provider: worker(flag, { meaning: 'Serves weights over the network; an internal package.' }),
    rollout_standalone: worker(flag, {
      meaning: 'Kept by older recipes.',
      inert: never('nothing reads it'),
    }),
    dtype: worker(z.string(), { meaning: 'Kept by older recipes.', inert: never('nothing reads it') }),
  }),
  { meaning: 'What the workers know of rollouts.' },
);

const percent = (what: string, at: string, fallback: string) =>
  worker(share, { ...OPD, meaning: `Tokens are trained on ${what}: ${at}.`, unit: 'share', fallback });

const DISTILLATION_KEYS = {
  use_distillation_clipping: worker(flag, {
    ...OPD,
    meaning: 'Clips the distillation loss.',
    fallback: 'false',
  }),
  distillation_cliprange: worker(z.number(), { ...OPD, meaning: 'Bound of that clip.', fallback: '0.2' }),
  distillation_cliprange_low: worker(z.number(), { ...OPD, meaning: 'Bound downwards.', fallback: '0.2' }),
  distillation_cliprange_high: worker(z.number(), { ...OPD, meaning: 'Bound upwards.', fallback: '0.2' }),
  do_old_student_log_prob_compute: worker(flag, {
    ...OPD,
    meaning: 'Computes the log-probabilities of the student once before the update.',
    fallback: 'false',
  }),
  distillation_epochs: worker(positive, { ...OPD, meaning: 'Passes over a batch.', fallback: 'ppo_epochs' }),
  train_token_start_pct: percent('from this share of a response on', 'first', '0'),
  train_token_end_pct: percent('up to this share of a response', 'last', '1'),
  advantage_start_pct: percent('from this quantile of the distance to the teacher on', 'lowest', '0'),
  advantage_end_pct: percent('up to this quantile of the distance to the teacher', 'highest', '1'),
  entropy_start_pct: percent('from this quantile of the entropy on', 'lowest', '0'),
  entropy_end_pct: percent('up to this quantile of the entropy', 'highest', '1'),
};

export const Actor = worker(
  z.looseObject({
    checkpoint_manager: worker(z.enum(['dcp']), { meaning: 'How workers write checkpoints.' }),
    model: Model,
    ...BATCH_KEYS,
    ...LOSS_KEYS,
    optim: Optimizer,
    fsdp_config: fsdp('How the model is shared among the GPUs.'),
    ref: Ref,
    rollout: Rollout,
    ...DISTILLATION_KEYS,
    enable_memory_tracing: worker(flag, { meaning: 'Records memory allocations.', fallback: 'false' }),
  }),
  { meaning: 'Settings that are sent to the GPU workers of a self-hosted training service.' },
);
