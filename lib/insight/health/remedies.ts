import type { ConfigView } from '@/lib/recipes/config-view';
import type { AdviceRule } from './config-advice';

// Changes that rules recommend. `*` is the training service of the policy.

const ACTOR = 'service.train_service.*';

const scaled =
  (factor: number, bounds: { readonly min?: number; readonly max?: number; readonly whole?: boolean } = {}) =>
  (current: unknown): number | null | undefined => {
    if (typeof current !== 'number') return null;
    const { min = -Infinity, max = Infinity } = bounds;
    const value = Math.min(max, Math.max(min, current * factor));
    const rounded = bounds.whole === true ? Math.round(value) : value;
    // it stands at the bound already, or beyond: the bound would be the wrong way
    return Math.sign(rounded - current) === Math.sign(factor - 1) ? rounded : undefined;
  };

export const LOWER_RATE: AdviceRule = {
  keys: [`${ACTOR}.config.learning_rate`, `${ACTOR}.actor.optim.lr`],
  why: 'Smaller steps; the usual first remedy when a policy moves too fast.',
  suggest: scaled(1 / 3),
};
export const CLIP_GRADIENT: AdviceRule = {
  keys: [`${ACTOR}.config.grad_clip_norm`, `${ACTOR}.actor.grad_clip`],
  why: 'Bounds the step that a single bad batch can take.',
  suggest: (current) => {
    // 0 is off
    if (typeof current !== 'number' || current === 0 || current > 1) return 1;
    return current > 0.5 ? 0.5 : undefined;
  },
};
export const BIGGER_GROUPS: AdviceRule = {
  keys: ['data.rollout_repeat_n'],
  why: 'More rollouts per prompt make it likelier that some differ.',
  suggest: scaled(2, { max: 32, whole: true }),
};
export const FILTER_GROUPS: AdviceRule = {
  keys: ['trainer.algorithm.filter_groups.enable'],
  why: 'Samples further prompts in place of those without signal.',
  suggest: (current) => (current === true ? undefined : true),
};
export const KEEP_ENTROPY: AdviceRule = {
  keys: [`${ACTOR}.config.entropy_coeff`, `${ACTOR}.actor.entropy_coeff`],
  why: 'Rewards the policy for keeping its options open.',
  suggest: (current) => (typeof current === 'number' && current > 0 ? current * 2 : 0.001),
};
export const CLIP_HIGHER: AdviceRule = {
  keys: [`${ACTOR}.config.clip_ratio_high`, `${ACTOR}.actor.clip_ratio_high`],
  why: 'A wider upper bound lets unlikely tokens grow (DAPO’s clip-higher).',
  suggest: (current) => (typeof current === 'number' && current >= 0.28 ? undefined : 0.28),
};
export const LOWER_ENTROPY_BONUS: AdviceRule = {
  keys: [`${ACTOR}.config.entropy_coeff`, `${ACTOR}.actor.entropy_coeff`],
  why: 'The bonus for entropy may outweigh the reward.',
  suggest: (current) => (typeof current === 'number' && current > 0 ? current / 2 : undefined),
};
export const SAMPLE_WARMER: AdviceRule = {
  keys: ['rollout_worker.temperature'],
  why: 'Below 1 the sampler explores less than the policy allows, and the two differ.',
  suggest: (current) => (typeof current === 'number' && current < 1 ? 1 : undefined),
};
export const KL_LOSS: AdviceRule = {
  keys: [`${ACTOR}.config.kl_loss_coef`, `${ACTOR}.actor.kl_loss_coef`],
  why: 'Holds the policy near the reference; it needs use_kl_loss.',
  suggest: (current) => (typeof current === 'number' && current > 0 ? current * 3 : 0.001),
};
export const FEWER_MINI_BATCHES: AdviceRule = {
  keys: [`${ACTOR}.config.max_mini_batches`, `${ACTOR}.actor.ppo_epochs`],
  why: 'Fewer updates on one batch keep the policy near the one that sampled it.',
  suggest: scaled(1 / 2, { min: 1, whole: true }),
};
export const LONGER_RESPONSES: AdviceRule = {
  keys: ['data.max_response_length'],
  why: 'Answers end where they want to. Agents: look at the limit of a turn first.',
  suggest: scaled(1.5, { whole: true }),
};
export const OVERLONG_PENALTY: AdviceRule = {
  keys: ['trainer.algorithm.overlong_buffer.enable'],
  why: 'Takes reward from answers that near the limit (DAPO’s overlong shaping).',
  suggest: (current) => (current === true ? undefined : true),
};
export const LOOK_AT_EVALUATOR: AdviceRule = {
  keys: ['rollout_worker.evaluator_module_path'],
  why: 'Test the evaluator alone on known answers: its logic, and the format of the ground truth.',
};
export const LOOK_AT_PROMPT: AdviceRule = {
  keys: ['data.prompt_key'],
  why: 'Read a few prompts as the model sees them: is the format clear, is this the right column?',
};
export const LOOK_AT_DATA: AdviceRule = {
  keys: ['data.data_files'],
  why: 'Is the task learnable at this size? Mix in easier rows.',
};
export const VALIDATE_OFTENER: AdviceRule = {
  keys: ['validate.eval.validate_freq'],
  why: 'Shows sooner where training and held-out reward part.',
  suggest: scaled(1 / 2, { min: 1, whole: true }),
};
export const STRICTLY_ON_POLICY: AdviceRule = {
  keys: ['weight.sync_mode'],
  why: 'Every rollout comes from the newest weights.',
  suggest: (current) => (current === 'sync' ? undefined : 'sync'),
};
export const TRUNCATE_WEIGHTS: AdviceRule = {
  keys: ['trainer.algorithm.tis_imp_ratio_cap'],
  why: 'Weighs each token by how far the engines differ on it, up to this cap.',
  suggest: (current) => (typeof current === 'number' && current > 0 ? undefined : 2),
};
export const MORE_ATTEMPTS: AdviceRule = {
  keys: ['rollout_worker.max_attempts'],
  why: 'A rollout that fails by chance is tried again.',
  suggest: scaled(2, { max: 8, whole: true }),
};
/** As many as a step has rollouts: none of them waits for a place. */
export const MORE_WORKERS: AdviceRule = {
  keys: ['rollout_worker.num_workers'],
  why: 'Rollouts in flight at once; match what the inference service can take.',
  suggest: (current, config) => {
    const wanted = rolloutsOfStep(config);
    return wanted === null || (typeof current === 'number' && current >= wanted) ? null : wanted;
  },
};
const SMALLER_BATCH: AdviceRule = {
  keys: ['data.batch_size'],
  why: 'Fewer prompts per step.',
  suggest: scaled(1 / 2, { min: 1, whole: true }),
};
const SMALLER_GROUPS: AdviceRule = {
  keys: ['data.rollout_repeat_n'],
  why: 'Fewer rollouts per prompt; eight or more keep the signal.',
  suggest: scaled(1 / 2, { min: 4, whole: true }),
};
const SHORTER_PROMPTS: AdviceRule = {
  keys: ['data.max_prompt_length'],
  why: 'Shorter sequences need less memory.',
  suggest: scaled(0.75, { whole: true }),
};
const SHORTER_RESPONSES: AdviceRule = {
  keys: ['data.max_response_length'],
  why: 'Shorter sequences need less memory.',
  suggest: scaled(0.75, { whole: true }),
};
const FILTER_PROMPTS: AdviceRule = {
  keys: ['data.filter_prompts'],
  why: 'Leaves out rows whose prompts are too long before the run begins.',
  suggest: (current) => (current === true ? undefined : true),
};
/** What a step needs grows with each of these. */
export const LESS_MEMORY: readonly AdviceRule[] = [
  SMALLER_BATCH,
  SMALLER_GROUPS,
  SHORTER_RESPONSES,
  SHORTER_PROMPTS,
  FILTER_PROMPTS,
];
export const MORE_EVALUATORS: AdviceRule = {
  keys: ['rollout_worker.evaluator_processes'],
  why: 'Scores more answers at once.',
  suggest: scaled(2, { max: 16, whole: true }),
};

export function rolloutsOfStep(config: ConfigView): number | null {
  const prompts = config.number('data.batch_size');
  const repeats = config.number('data.rollout_repeat_n');
  return prompts === null || repeats === null ? null : prompts * repeats;
}

export const LOWER_STALENESS: AdviceRule = {
  keys: ['weight.staleness_threshold'],
  why: 'Steps that the weights of a rollout may lag behind.',
  suggest: (current) => (typeof current === 'number' && current > 0 ? current - 1 : undefined),
};
export const RAISE_STALENESS: AdviceRule = {
  keys: ['weight.staleness_threshold'],
  why: 'Steps that the weights of a rollout may lag behind before it is left out.',
  suggest: (current) => (typeof current === 'number' ? current + 1 : null),
};
export const FEWER_WORKERS: AdviceRule = {
  keys: ['rollout_worker.num_workers'],
  why: 'Fewer rollouts in flight grow less stale.',
  suggest: scaled(1 / 2, { min: 1, whole: true }),
};
