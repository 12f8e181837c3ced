import type { Backend } from '@/lib/domain/run';
import { createConfigView } from '@/lib/recipes/config-view';

export type GroupableRun = {
  readonly id: number;
  readonly name: string;
  readonly recipe: string;
  readonly variant: string;
  readonly backend: Backend;
  readonly seed: number | null;
  /** Of a rehearsal: no mean is taken of it and of others. */
  readonly rehearsal: string | null;
  /** Resolved config. */
  readonly config: unknown;
};

export type RunGroup = {
  /** Stable for the same runs and the same grouping: it stands in the address. */
  readonly id: string;
  readonly title: string;
  readonly runs: readonly number[];
};

/** What runs can be grouped by besides any key of their config. */
export const GROUPINGS = ['backend', 'recipe', 'variant', 'seed'] as const;

/** Runs that agree in `by`, in the order of their first; `''` = each run by itself. */
export function groupRuns(runs: readonly GroupableRun[], by: string): readonly RunGroup[] {
  if (by === '')
    return runs.map(({ id, name }) => ({ id: String(id), title: `run ${id} ${name}`, runs: [id] }));
  const groups = new Map<string, number[]>();
  for (const run of runs) {
    const value = run.rehearsal === null ? valueOf(run, by) : `${valueOf(run, by)} (rehearsal)`;
    groups.set(value, [...(groups.get(value) ?? []), run.id]);
  }
  return [...groups].map(([value, ids]) => ({ id: value, title: `${by} ${value}`, runs: ids }));
}

function valueOf(run: GroupableRun, by: string): string {
  switch (by) {
    case 'backend':
    case 'recipe':
    case 'variant':
      return run[by];
    case 'seed':
      return run.seed === null ? 'none' : String(run.seed);
    default: {
      const value = createConfigView(run.config).get(by);
      if (value === undefined) return 'not set';
      return typeof value === 'string' ? value : JSON.stringify(value);
    }
  }
}
