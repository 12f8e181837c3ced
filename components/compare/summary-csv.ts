import { toCsv } from '@/lib/insight/compare/to-csv';
import { windowMeans } from '@/lib/insight/window-means';
import type { ComparedRun } from './compared-run';

/** The table of the page with full digits, a row per run. */
export function summaryCsv(
  compared: readonly ComparedRun[],
  titles: { readonly metric: string; readonly heldOut: string },
): string {
  const { metric, heldOut } = titles;
  const heads = [
    'run',
    'name',
    'recipe',
    'variant',
    'backend',
    'seed',
    'status',
    'rehearsal',
    'steps',
    `${metric} first`,
    `${metric} last`,
    `${metric} best`,
    `${heldOut} before`,
    `${heldOut} after`,
    'seconds in steps',
  ];
  const rows = compared.map(({ run, ...from }) => {
    const means = windowMeans(from.metric?.mean ?? []);
    const held = from.heldOut?.mean ?? [];
    const after = held.length > 1 ? (held.at(-1) ?? null) : null;
    return [
      ...[
        run.id,
        run.name,
        run.recipe,
        run.variant,
        run.backend,
        run.seed,
        run.status,
        run.rehearsal,
        run.step,
      ],
      ...[means.first, means.last, means.best, held[0] ?? null, after, run.trainSeconds],
    ];
  });
  return toCsv([heads, ...rows]);
}
