import type { OptimizerSpec } from '@/lib/rl/datum';
import type { RecipeConfig } from '@/lib/recipes/recipe-config';

export type TrainingSettings = RecipeConfig['service']['train_service'][string]['config'];

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
