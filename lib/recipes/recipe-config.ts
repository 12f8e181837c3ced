import { z } from 'zod';
import type { Backend } from '@/lib/domain/run';

// What the run process reads of a resolved recipe. Unknown keys pass: recipes carry keys of other backends.
// Key names are the reference framework's where it has one; Galley's own are marked (Galley).

const whole = z.number().int();
const files = z.union([
  z
    .string()
    .min(1)
    .transform((file) => [file]),
  z.array(z.string().min(1)).min(1),
]);

const Data = z.looseObject({
  type: z.enum(['torch', 'mock']).default('torch'),
  seed: whole.default(42),
  data_files: files,
  batch_size: whole.positive().default(32),
  rollout_repeat_n: whole.positive().default(1),
  prompt_key: z.string().default('prompt'),
  shuffle: z.boolean().default(false),
  drop_last: z.boolean().default(false),
  max_prompt_length: whole.positive().default(1024),
  max_response_length: whole.positive().default(1024),
});

const RolloutWorker = z.looseObject({
  type: z.enum(['simple', 'mock', 'agent', 'pig_latin', 'nexau']),
  /** Rollouts in flight at once. */
  num_workers: whole.positive(),
  temperature: z.number().nonnegative().default(1),
  evaluator_module_path: z.string().nullish(),
  /** Seconds that one evaluation may take (Galley). */
  evaluator_timeout: z.number().positive().default(10),
  /** Rollouts of one step that may fail before the run stops, as a share (Galley). */
  max_failed_share: z.number().min(0).max(1).default(0.5),
  stop: z.array(z.string()).default([]),
});

const Algorithm = z.looseObject({
  type: z.string().default('grpo'),
  /** false = Dr. GRPO's advantage, reward − group mean, not divided by the group's spread. */
  norm_adv_by_std_in_grpo: z.boolean().default(true),
});

const WarmStart = z.looseObject({
  enabled: z.boolean().default(true),
  /** Column with the answer to imitate. */
  answer_key: z.string().default('answer'),
  /** Ends when this share of completions sampled at temperature 1 is exactly right. */
  until_exact: z.number().min(0).max(1).default(0.12),
  check_samples: whole.positive().default(256),
  check_every: whole.positive().default(10),
  max_updates: whole.positive().default(600),
  batch_size: whole.positive().default(64),
  learning_rate: z.number().positive().default(1e-3),
});

const Trainer = z.looseObject({
  type: z.string(),
  total_train_steps: whole.positive(),
  /** Steps between checkpoints; 0 = only at the end and on stop. */
  save_freq: whole.default(0),
  remove_previous_ckpt: z.boolean().default(true),
  algorithm: Algorithm.nullish().transform((value) => value ?? Algorithm.parse({})),
  /** Supervised phase before the first GRPO step (Galley; embedded models start from random weights). */
  warm_start: WarmStart.nullish(),
});

const InferenceService = z.looseObject({
  backend: z.string(),
  identifier: z.string().default('default'),
  model: z.string().nullish(),
  max_tokens: whole.positive().nullish(),
});

const RemoteTraining = z.looseObject({
  loss_fn: z.enum(['importance_sampling', 'ppo']).default('importance_sampling'),
  learning_rate: z.number().positive().default(2e-6),
  beta1: z.number().default(0.9),
  beta2: z.number().default(0.95),
  eps: z.number().positive().default(1e-8),
  weight_decay: z.number().nonnegative().default(0.01),
  grad_clip_norm: z.number().nonnegative().default(1),
  entropy_coeff: z.number().default(1e-4),
  clip_ratio_low: z.number().positive().default(0.2),
  clip_ratio_high: z.number().positive().default(0.28),
  /** Dual clip's bound on the ratio for negative advantages; null = off. */
  clip_ratio_c: z.number().min(1).nullable().default(3),
  /** Optimizer steps per rollout batch, at most (Galley). */
  max_mini_batches: whole.positive().default(1),
  /** Fewer informative sequences than this are not split further (Galley). */
  min_mini_batch_sequences: whole.positive().default(128),
  /** Scales the learning rate towards this sampler KL per step; null = fixed rate (Galley). */
  target_kl: z.number().positive().nullable().default(null),
  /** Share of the learning rate that is left at the last step, falling linearly (Galley). */
  final_learning_rate_share: z.number().min(0).max(1).default(1),
});

const TrainService = z.looseObject({
  role: z.string().default('actor'),
  backend: z.string(),
  identifier: z.string().default('default'),
  config: RemoteTraining.nullish().transform((value) => value ?? RemoteTraining.parse({})),
});

/** A single service may stand there by itself, without a name: it is the actor. */
const TrainServices = z.preprocess(
  (value) => (isFlatService(value) ? { main_actor: value } : value),
  z.record(z.string(), TrainService),
);

function isFlatService(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return 'backend' in value && typeof value.backend === 'string';
}

/** Shape of the embedded model (Galley). Width and head width are multiples of 8. */
const EmbeddedModel = z.looseObject({
  width: whole.positive().multipleOf(8).default(64),
  layers: whole.positive().default(2),
  heads: whole.positive().default(4),
  context: whole.positive().multipleOf(8).default(64),
});

const Service = z.looseObject({
  inference_service: InferenceService,
  train_service: TrainServices,
  embedded_service: z.looseObject({ model: EmbeddedModel, threads: whole.positive().optional() }).nullish(),
});

const Validate = z.looseObject({
  validate_before_train: z.boolean().default(false),
  /** Sampling temperature of a validation; 0 = greedy (Galley). */
  temperature: z.number().nonnegative().default(0),
  data: z.looseObject({ data_files: files.nullish(), batch_size: whole.positive().nullish() }).nullish(),
  eval: z.looseObject({ validate_freq: whole.nonnegative().default(0) }).nullish(),
});

export const RecipeConfig = z.looseObject({
  project_name: z.string().default('galley'),
  experiment_name: z.string().default('default'),
  launch_mode: z.enum(['local', 'ray']).default('local'),
  data: Data,
  rollout_worker: RolloutWorker,
  trainer: Trainer,
  service: Service,
  weight: z
    .looseObject({ sync_mode: z.enum(['sync', 'batch-async', 'fully-async']).default('sync') })
    .nullish(),
  validate: Validate.nullish(),
});
/** A resolved recipe as the run process reads it. */
export type RecipeConfig = z.infer<typeof RecipeConfig>;

const BACKEND_OF: Readonly<Record<string, Backend>> = {
  embedded: 'embedded',
  tinker: 'tinker',
  weaver: 'weaver',
};

/** The backend that a recipe's inference service names; every OpenAI-compatible server is self-hosted. */
export function backendOf(config: RecipeConfig): Backend {
  return BACKEND_OF[config.service.inference_service.backend] ?? 'self_hosted';
}

/** Columns beside the prompt's that training reads, with the setting that names each. */
export function answerColumns({
  trainer: { warm_start },
}: RecipeConfig): readonly { readonly column: string; readonly setting: string }[] {
  if (warm_start?.enabled !== true) return [];
  return [{ column: warm_start.answer_key, setting: 'trainer.warm_start.answer_key' }];
}
