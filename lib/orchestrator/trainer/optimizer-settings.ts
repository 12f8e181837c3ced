import type { LossSpec, OptimizerSpec } from '@/lib/rl/datum';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';

export type TrainingSettings = RecipeConfig['service']['train_service'][string]['config'];

export function policyLoss(settings: TrainingSettings, temperature: number): LossSpec {
  const common = { entropyCoefficient: settings.entropy_coeff, temperature };
  if (settings.loss_fn === 'importance_sampling') return { kind: 'importance_sampling', ...common };
  return {
    kind: 'ppo',
    clipLow: settings.clip_ratio_low,
    clipHigh: settings.clip_ratio_high,
    dualClip: settings.clip_ratio_c,
    ...common,
  };
}

export function optimizer(settings: TrainingSettings, learningRate: number): OptimizerSpec {
  return {
    learningRate,
    beta1: settings.beta1,
    beta2: settings.beta2,
    epsilon: settings.eps,
    weightDecay: settings.weight_decay,
    gradClip: settings.grad_clip_norm,
  };
}
