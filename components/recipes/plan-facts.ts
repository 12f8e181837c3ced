import type { ResolvedRow } from './resolved-rows';

export type PlanFact = { readonly name: string; readonly value: string };

const FACTS = [
  { name: 'Steps', path: 'trainer.total_train_steps' },
  { name: 'Algorithm', path: 'trainer.algorithm.type' },
  { name: 'Prompts per step', path: 'data.batch_size' },
  { name: 'Rollouts per prompt', path: 'data.rollout_repeat_n' },
  { name: 'Model', path: 'service.inference_service.model' },
  { name: 'Seed', path: 'data.seed' },
  { name: 'Checkpoint every', path: 'trainer.save_freq' },
] as const;

/** What a person wants to see once more before a run starts; "—" where the recipe does not say. */
export function planFacts(rows: readonly ResolvedRow[]): readonly PlanFact[] {
  return FACTS.map(({ name, path }) => ({ name, value: plainText(valueAt(rows, path)) ?? '—' }));
}

/** The backend as its button says it. Every server that speaks the OpenAI protocol is self-hosted. */
export function backendTitle(rows: readonly ResolvedRow[]): string | null {
  const backend = plainText(valueAt(rows, 'service.inference_service.backend'));
  if (backend === null) return null;
  return ['embedded', 'tinker', 'weaver'].includes(backend) ? backend : 'self-hosted';
}

function valueAt(rows: readonly ResolvedRow[], path: string): ResolvedRow | undefined {
  return rows.find((row) => row.path === path && row.kind !== 'section');
}

function plainText(row: ResolvedRow | undefined): string | null {
  if (row === undefined || row.text === 'null') return null;
  return row.kind === 'string' ? row.text.slice(1, -1) : row.text;
}
