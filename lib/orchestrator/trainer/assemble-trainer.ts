import type { RecipeConfig } from '@/lib/recipes/recipe-config';
import { chooseEstimator } from '@/lib/rl/advantages/choose-estimator';
import type { LossSpec } from '@/lib/rl/datum';
import type { Services } from '@/lib/services/open-services';
import { createTrainer } from './create-trainer';
import type { TrainingSettings } from './optimizer-settings';
import { createDistillationPreparer } from './prepare-distillation';
import { prepareImitation } from './prepare-imitation';
import { createPolicyPreparer, type PolicyObjective } from './prepare-policy';
import type { BatchPreparer, Trainer } from './trainer';

type TrainerServices = Pick<Services, 'training' | 'teacher'>;
type Algorithm = RecipeConfig['trainer']['algorithm'];

/** The trainer that `trainer.type` names, with the settings of the actor's service. */
export function assembleTrainer(
  config: RecipeConfig,
  settings: TrainingSettings,
  services: TrainerServices,
): Trainer {
  const { type, algorithm, total_train_steps: totalSteps } = config.trainer;
  const kind = kindOf(type);
  const own = type === 'self_hosted_opd' ? algorithm : null;
  const loss = lossOf(
    kind,
    { ...settings, entropy_coeff: own?.entropy_coeff ?? settings.entropy_coeff },
    own?.temperature ?? config.rollout_worker.temperature,
  );
  return createTrainer({
    training: services.training,
    prepare: preparerOf(kind, { config, settings, services }),
    settings,
    loss,
    aggregation: {
      mode: settings.loss_agg_mode ?? algorithm.loss_agg_mode ?? usualMode(loss),
      constant: settings.loss_scale_factor ?? config.data.max_response_length,
    },
    passes: type === 'self_hosted_opd' ? algorithm.distillation_epochs : 1,
    scalesSmallBatches: kind === 'policy',
    totalSteps,
  });
}

type Kind = 'policy' | 'distillation' | 'imitation';

function kindOf(type: string): Kind {
  if (type.endsWith('_opd')) return 'distillation';
  return type.endsWith('_cross_entropy') ? 'imitation' : 'policy';
}

type Parts = {
  readonly config: RecipeConfig;
  readonly settings: TrainingSettings;
  readonly services: TrainerServices;
};

function preparerOf(kind: Kind, { config, settings, services }: Parts): BatchPreparer {
  const { type, algorithm } = config.trainer;
  switch (kind) {
    case 'imitation':
      return prepareImitation;
    case 'distillation': {
      if (services.teacher === undefined) throw new Error(`trainer.type ${type} has no teacher.`);
      const isSelfHosted = type === 'self_hosted_opd';
      return createDistillationPreparer(services.teacher, {
        coefficient: isSelfHosted ? algorithm.distillation_coeff : settings.kl_penalty_coef,
        discount: isSelfHosted ? 0 : settings.kl_discount_factor,
        student: isSelfHosted && algorithm.do_old_student_log_prob_compute ? services.training : null,
      });
    }
    case 'policy':
      return createPolicyPreparer(services.training, policyObjective(config, settings));
  }
}

function policyObjective({ trainer, data }: RecipeConfig, settings: TrainingSettings): PolicyObjective {
  const { algorithm } = trainer;
  const { overlong_buffer: overlong } = algorithm;
  return {
    estimator: chooseEstimator({
      name: algorithm.adv_estimator,
      divideByStd: algorithm.norm_adv_by_std_in_grpo,
      discount: algorithm.gamma,
    }),
    recomputesOld: algorithm.do_old_log_prob_compute ?? trainer.type === 'self_hosted_grpo',
    importanceCap: algorithm.tis_imp_ratio_cap ?? null,
    rewardKl: algorithm.use_kl_in_reward ? rewardKl(algorithm) : null,
    hasLossKl: settings.use_kl_loss,
    overlong:
      overlong?.enable === true
        ? { limit: data.max_response_length, buffer: overlong.len, factor: overlong.penalty_factor }
        : null,
  };
}

/** The reference framework's value, where a recipe names none. */
const KL_COEFFICIENT = 0.1;
const KL_CONTROL = { type: 'adaptive', target_kl: 6, horizon: 10_000 } as const;

function rewardKl(algorithm: Algorithm): NonNullable<PolicyObjective['rewardKl']> {
  const settings = algorithm.kl_ctrl ?? algorithm.critic?.kl_ctrl;
  const { type, target_kl: target, horizon } = settings ?? KL_CONTROL;
  return {
    estimator: algorithm.kl_penalty,
    coefficient: settings?.kl_reward_coef ?? settings?.kl_coef ?? KL_COEFFICIENT,
    control: type === 'fixed' ? { kind: 'fixed' } : { kind: 'adaptive', target, horizon },
  };
}

function lossOf(kind: Kind, settings: TrainingSettings, temperature: number): LossSpec {
  if (kind === 'imitation') return { kind: 'cross_entropy', entropyCoefficient: 0, temperature: 1 };
  const { use_kl_loss: hasKl, kl_loss_type: estimator, kl_loss_coef: coefficient } = settings;
  const common = {
    entropyCoefficient: settings.entropy_coeff,
    temperature,
    ...(kind === 'policy' && hasKl ? { kl: { estimator, coefficient } } : {}),
  };
  const bounds = { clipLow: settings.clip_ratio_low, clipHigh: settings.clip_ratio_high };
  switch (settings.loss_fn) {
    case 'ppo':
      return { kind: 'ppo', ...bounds, dualClip: settings.clip_ratio_c, ...common };
    case 'gspo':
    case 'cispo':
      return { kind: settings.loss_fn, ...bounds, ...common };
    // a loss that no service here computes was refused before the run
    case 'importance_sampling':
    case 'cross_entropy':
    case 'dro':
      return { kind: 'importance_sampling', ...common };
  }
}

/** GSPO's ratio belongs to a whole sequence, so every sequence counts the same. */
function usualMode({ kind }: LossSpec) {
  return kind === 'gspo' ? 'seq-mean-token-mean' : 'token-mean';
}
