import { z } from 'zod';
import { isList, isMap } from '@/lib/recipes/config-view';
import { valueAt } from '@/lib/recipes/value-at';
import type { Change } from './substitution';

/** How much of the plan a rehearsal keeps. */
export const RehearsalScale = z.strictObject({
  steps: z.number().int().positive().default(4),
  /** Prompts per step. */
  batchSize: z.number().int().positive().default(8),
  /** Rollouts per prompt. */
  rollouts: z.number().int().positive().default(4),
});
export type RehearsalScale = z.infer<typeof RehearsalScale>;

const WARM_UPDATES = 10;
const WARM_SAMPLES = 32;
const HELD_OUT_ROWS = 16;
const HELD_OUT_SAMPLES = 2;

const SHORT = 'A rehearsal is short.';
const SMALL = 'A rehearsal has small batches.';
const WARM_KEYS = [
  ['max_updates', WARM_UPDATES],
  ['check_samples', WARM_SAMPLES],
] as const;

/** Fewer and smaller steps, a short warm start, few held-out tasks. Nothing becomes more than it was. */
export function scaledDown(config: unknown, scale: RehearsalScale): readonly Change[] {
  const atMost = (path: readonly (string | number)[], most: number, reason: string): readonly Change[] => {
    const value = valueAt(config, path);
    return typeof value === 'number' && value <= most ? [] : [{ path, to: most, reason }];
  };
  // what is not set is at its default, which may be more
  const ifSet = (path: readonly (string | number)[], most: number, reason: string): readonly Change[] =>
    typeof valueAt(config, path) === 'number' ? atMost(path, most, reason) : [];
  return [
    ...steps(config, scale.steps),
    ...atMost(['data', 'batch_size'], scale.batchSize, SMALL),
    ...ifSet(['data', 'rollout_repeat_n'], scale.rollouts, SMALL),
    ...ifSet(['trajectory_pool', 'batch_size'], scale.batchSize * scale.rollouts, SMALL),
    ...(isMap(valueAt(config, ['trainer', 'warm_start']))
      ? WARM_KEYS.flatMap(([key, most]) => atMost(['trainer', 'warm_start', key], most, SHORT))
      : []),
    ...(hasHeldOut(config)
      ? atMost(['validate', 'data', 'max_rows'], HELD_OUT_ROWS, 'A rehearsal answers few held-out tasks.')
      : []),
    ...ifSet(['validate', 'samples'], HELD_OUT_SAMPLES, 'A rehearsal answers few held-out tasks.'),
  ];
}

function steps(config: unknown, most: number): readonly Change[] {
  const total = valueAt(config, ['trainer', 'total_train_steps']);
  const stages = valueAt(config, ['stages']);
  if (!isList(stages) || stages.length === 0) {
    const isShort = typeof total === 'number' && total <= most;
    return isShort ? [] : [{ path: ['trainer', 'total_train_steps'], to: most, reason: SHORT }];
  }
  // every stage is rehearsed, with a share of the steps
  const share = Math.max(1, Math.floor(most / stages.length));
  const each = stages.map((stage) => {
    const own = valueAt(stage, ['steps']);
    return typeof own === 'number' ? Math.min(own, share) : share;
  });
  const sum = each.reduce((all, one) => all + one, 0);
  return [
    { path: ['trainer', 'total_train_steps'], to: sum, reason: SHORT },
    ...each.map((to, index) => ({ path: ['stages', index, 'steps'], to, reason: SHORT })),
  ];
}

/** Are there held-out tasks to answer? */
export function hasHeldOut(config: unknown): boolean {
  const files = valueAt(config, ['validate', 'data', 'data_files']);
  return typeof files === 'string' ? files !== '' : isList(files) && files.length > 0;
}
