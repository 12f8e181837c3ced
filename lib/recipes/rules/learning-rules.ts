import type { Backend } from '@/lib/domain/run';
import { isGrpo, type Outcome, type Rule, type RuleFacts } from './rule';

export const LEARNING_RULES: readonly Rule[] = [
  {
    id: 'group-has-signal',
    title: 'A group has rollouts to compare',
    reason: 'GRPO learns from differences within a group; a group of one has none.',
    severity: 'warning',
    check: (facts) => {
      // without a group's baseline a prompt needs no second rollout
      const isGrouped = facts.config.get('trainer.algorithm.adv_estimator') !== 'reinforce_plus_plus';
      if (!isGrpo(facts) || !isGrouped) return null;
      const size = facts.config.number('data.rollout_repeat_n') ?? 1;
      if (size > 1) return `${size} rollouts per prompt`;
      return {
        path: 'data.rollout_repeat_n',
        message: `data.rollout_repeat_n is ${size}: a group of 1 has no spread, so its advantage says nothing about the answer.`,
        repair: { title: 'Use 8', path: 'data.rollout_repeat_n', set: '8' },
      };
    },
  },
  {
    id: 'rollouts-differ',
    title: 'Rollouts of a group can differ',
    reason: 'At temperature 0 every rollout of a prompt is the same, and the group has no spread.',
    severity: 'warning',
    check: (facts) => {
      const temperature = facts.config.number('rollout_worker.temperature') ?? 1;
      if (!isGrpo(facts)) return null;
      if (temperature > 0) return `temperature ${temperature}`;
      return {
        path: 'rollout_worker.temperature',
        message:
          'rollout_worker.temperature is 0: all rollouts of a prompt are the same, and GRPO has nothing to compare.',
        repair: { title: 'Use 1.0', path: 'rollout_worker.temperature', set: '1.0' },
      };
    },
  },
  {
    id: 'learning-rate-usual',
    title: 'The learning rate is within what is usual',
    reason:
      'LoRA learns with rates around 1e-5 to 1e-3, full fine-tuning around 1e-7 to 1e-5, the small embedded model around 1e-4 to 1e-2.',
    severity: 'warning',
    check: checkLearningRate,
  },
  {
    id: 'clip-bounds-ordered',
    title: 'The upper clip bound is not below the lower one',
    reason: 'A wider bound upwards lets rare good tokens grow; the other way round stifles them.',
    severity: 'warning',
    check: ({ config, actor }) => {
      if (actor === null) return null;
      for (const section of [`${actor}.config`, `${actor}.actor`]) {
        const low = config.number(`${section}.clip_ratio_low`);
        const high = config.number(`${section}.clip_ratio_high`);
        if (low === null || high === null) continue;
        if (high >= low) return `${low} and ${high}`;
        const path = `${section}.clip_ratio_high`;
        return {
          path,
          message: `clip_ratio_high ${high} is below clip_ratio_low ${low}.`,
          repair: { title: `Use ${low}`, path, set: String(low) },
        };
      }
      return null;
    },
  },
];

type Range = { readonly what: string; readonly low: number; readonly high: number };
const LORA: Range = { what: 'LoRA', low: 5e-6, high: 2e-3 };
const FULL: Range = { what: 'full fine-tuning', low: 5e-8, high: 3e-5 };
const SMALL: Range = { what: 'the embedded model', low: 1e-5, high: 2e-2 };

function checkLearningRate({ config, backend, actor }: RuleFacts): Outcome {
  if (actor === null) return null;
  const path = backend === 'self_hosted' ? `${actor}.actor.optim.lr` : `${actor}.config.learning_rate`;
  const set = config.number(path);
  if (set === null && backend === 'self_hosted') return null;
  const rate = set ?? 2e-6;
  const { what, low, high } = rangeOf(backend, config.text('service.weaver_service.training_mode'));
  const shown = scientific(rate);
  if (rate >= low && rate <= high) return `${shown} for ${what}`;
  const place = rate < low ? 'below' : 'above';
  const unset = set === null ? ' (the default)' : '';
  return {
    path,
    message: `${path} ${shown}${unset} lies far ${place} what ${what} uses (${scientific(low)} to ${scientific(high)}).`,
  };
}

function rangeOf(backend: Backend, mode: string | null): Range {
  if (backend === 'embedded') return SMALL;
  return backend === 'self_hosted' || (backend === 'weaver' && mode === 'full_ft') ? FULL : LORA;
}

/** 2e-6, as people write learning rates. */
function scientific(value: number): string {
  return value < 0.01 ? value.toExponential().replace('e-0', 'e-') : String(value);
}
