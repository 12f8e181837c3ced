import { assertNever } from '@/lib/shared/assert-never';
import type { AdvantageEstimator } from './estimator';
import { createGrpo } from './grpo';
import { createReinforcePlusPlus, reinforcePlusPlusBaseline } from './reinforce-plus-plus';
import { rloo } from './rloo';

export const ADVANTAGE_ESTIMATORS = [
  'grpo',
  'rloo',
  'reinforce_plus_plus',
  'reinforce_plus_plus_baseline',
] as const;
export type EstimatorName = (typeof ADVANTAGE_ESTIMATORS)[number];

export type EstimatorOptions = {
  readonly name: EstimatorName;
  /** GRPO alone: false is Dr. GRPO. */
  readonly divideByStd: boolean;
  /** REINFORCE++ alone: the discount from token to token. */
  readonly discount: number;
};

export function chooseEstimator({ name, divideByStd, discount }: EstimatorOptions): AdvantageEstimator {
  switch (name) {
    case 'grpo':
      return createGrpo({ divideByStd });
    case 'rloo':
      return rloo;
    case 'reinforce_plus_plus':
      return createReinforcePlusPlus({ discount });
    case 'reinforce_plus_plus_baseline':
      return reinforcePlusPlusBaseline;
    default:
      return assertNever(name);
  }
}
