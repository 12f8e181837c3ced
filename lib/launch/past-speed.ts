import type { Run } from '@/lib/domain/run';
import { valueAt } from '@/lib/recipes/value-at';
import type { RunStore } from '@/lib/run-store/run-store';

/** How fast a run of before was, in the steps alone. */
export type PastSpeed = { readonly run: number; readonly rolloutsPerSecond: number };

/** Fewer steps are mostly their beginning. */
const MIN_STEPS = 5;
const LOOKED_AT = 100;

/** Of the newest run with the same backend and model that took some steps; its own recipe and variant before others. */
export async function pastSpeed(
  runStore: Pick<RunStore, 'list' | 'snapshot'>,
  wanted: Pick<Run, 'backend' | 'model' | 'recipe' | 'variant'>,
): Promise<PastSpeed | null> {
  const { runs } = await runStore.list({ limit: LOOKED_AT });
  const usable = runs.filter(
    ({ backend, model, rehearsal, step, trainSeconds }) =>
      backend === wanted.backend &&
      model === wanted.model &&
      rehearsal === null &&
      step >= MIN_STEPS &&
      trainSeconds > 0,
  );
  const isOwn = ({ recipe, variant }: Run): boolean => recipe === wanted.recipe && variant === wanted.variant;
  const run = usable.find(isOwn) ?? usable[0];
  if (run === undefined) return null;
  const { resolved } = await runStore.snapshot(run.id);
  const prompts = numberAt(resolved, 'batch_size') ?? 32;
  const rollouts = prompts * (numberAt(resolved, 'rollout_repeat_n') ?? 1);
  return { run: run.id, rolloutsPerSecond: (run.step * rollouts) / run.trainSeconds };
}

function numberAt(resolved: unknown, key: string): number | null {
  const value = valueAt(resolved, ['data', key]);
  return typeof value === 'number' ? value : null;
}
