import type { MetricInfo } from './metric';
import { family } from './metric-family';

/** pass@k of validations that answer every held-out task more than once. */
export const PASS_METRICS: readonly MetricInfo[] = family('validation', [
  ...[1, 2, 4, 8, 16, 32, 64].map(
    (k) =>
      [
        `val/pass_at_${k}`,
        `Held-out pass@${k}`,
        'share',
        'higher',
        `Chance that one of ${k} answers to a held-out prompt earns 1 or more; written when validate.samples is ${k === 1 ? 2 : k} or more.`,
      ] as const,
  ),
]);
