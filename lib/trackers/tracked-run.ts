import { createHash } from 'node:crypto';
import type { Run } from '@/lib/domain/run';
import { fillSecrets } from '@/lib/recipes/environment/fill-secrets';
import type { TrackedRun } from './tracker';

/** SwanLab's ids are this long, and wandb's may be. */
const KEY_LETTERS = 21;

/** What trackers are told of a run. `identity`: what no other run of any store has. */
export function trackedRun(
  run: Pick<Run, 'name' | 'recipe' | 'variant' | 'backend' | 'tags'>,
  {
    project,
    resolved,
    identity,
  }: { readonly project: string; readonly resolved: unknown; readonly identity: string },
): TrackedRun {
  return {
    key: keyOf(identity),
    project,
    name: run.name,
    tags: [...new Set([run.recipe, run.variant, run.backend, ...run.tags])],
    config: fillSecrets(resolved, (name) => `secret ${name}`),
  };
}

function keyOf(identity: string): string {
  const digest = createHash('sha256').update(identity).digest('hex');
  return BigInt(`0x${digest}`).toString(36).padStart(KEY_LETTERS, '0').slice(0, KEY_LETTERS);
}
