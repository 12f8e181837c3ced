import type { SeriesRange } from '@/lib/api-client/wire';
import type { RunStyle } from '@/lib/charts/series-color';
import type { Run } from '@/lib/domain/run';

/** A run with what the page compares of it; null = it has none of that. */
export type ComparedRun = {
  readonly run: Run;
  readonly style: RunStyle;
  readonly metric: SeriesRange | null;
  readonly heldOut: SeriesRange | null;
};

/** Unique among the compared: two runs may have the same name. */
export function nameOf({ run }: ComparedRun): string {
  return `${run.id} ${run.name}`;
}
