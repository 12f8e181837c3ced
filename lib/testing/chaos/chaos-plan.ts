import { createRandom } from '@/lib/rl/seeded-random';

/** What is done to a run while it works. Its evaluator hangs once, its service fails for a while, processes are killed. */
export const DISTURBANCES = [
  'kill run process',
  'kill evaluator process',
  'evaluator hangs',
  'service answers 503',
  'service cuts connections',
  'service is out',
] as const;
export type Disturbance = (typeof DISTURBANCES)[number];

export type ChaosStrike = {
  readonly kind: Disturbance;
  /** It strikes when so many steps are done … */
  readonly step: number;
  /** … and so much later. */
  readonly delayMs: number;
};

const MOST_STRIKES = 4;
/** About as long as one step takes. */
const LONGEST_DELAY_MS = 120;

/** One to four strikes in the order of their steps; the same seed gives the same plan. */
export function chaosPlan(seed: number, steps: number): readonly ChaosStrike[] {
  const random = createRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const count = 1 + below(MOST_STRIKES);
  const strikes = Array.from({ length: count }, () => ({
    kind: DISTURBANCES[below(DISTURBANCES.length)] ?? 'kill run process',
    step: below(steps),
    delayMs: below(LONGEST_DELAY_MS),
  }));
  return strikes.toSorted((one, other) => one.step - other.step);
}
