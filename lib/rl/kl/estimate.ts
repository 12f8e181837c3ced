import { assertNever } from '@/lib/shared/assert-never';

/**
 * Estimators of KL(policy ‖ reference) at one sampled token. With d = log p_reference − log p:
 * - `kl`, `k1`: −d
 * - `abs`: |d|
 * - `mse`, `k2`: ½ d²
 * - `k3`: e^d − d − 1
 * - `low_var_kl`: k3 with d held within ±5 and the result within ±10, as the reference framework computes it
 * Source of k1, k2, k3: J. Schulman, "Approximating KL divergence", 2020.
 */
export const KL_ESTIMATORS = ['kl', 'k1', 'abs', 'mse', 'k2', 'k3', 'low_var_kl'] as const;
export type KlEstimator = (typeof KL_ESTIMATORS)[number];

/** In nats. `slope` is the derivative with respect to `logprob`, 0 where a bound holds the value. */
export type KlEstimate = { readonly value: number; readonly slope: number };

const LOG_RATIO_BOUND = 5;
const VALUE_BOUND = 10;

export function estimateKl(estimator: KlEstimator, logprob: number, reference: number): KlEstimate {
  const d = reference - logprob;
  switch (estimator) {
    case 'kl':
    case 'k1':
      return { value: logprob - reference, slope: 1 };
    case 'abs':
      return { value: Math.abs(d), slope: d === 0 ? 0 : -Math.sign(d) };
    case 'mse':
    case 'k2':
      return { value: 0.5 * d * d, slope: -d };
    case 'k3':
      return { value: distance(d), slope: 1 - Math.exp(d) };
    case 'low_var_kl':
      return lowVariance(d);
    default:
      return assertNever(estimator);
  }
}

/** e^d − d − 1, which rounding must not take below 0. */
function distance(d: number): number {
  return Math.max(0, Math.expm1(d) - d);
}

function lowVariance(d: number): KlEstimate {
  const held = Math.min(LOG_RATIO_BOUND, Math.max(-LOG_RATIO_BOUND, d));
  const value = distance(held);
  if (value > VALUE_BOUND) return { value: VALUE_BOUND, slope: 0 };
  return { value, slope: held === d ? 1 - Math.exp(d) : 0 };
}
