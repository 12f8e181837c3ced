import type { StageSpan } from '@/lib/recipes/stages';

/** A stage of a run behind the lines of a chart. */
export type StageBand = {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Every second one, so that neighbours can be told apart. */
  readonly isShaded: boolean;
};

/** The stages that reach into the steps of a chart, cut at its ends. None for a run that is one stage. */
export function stageBands(
  stages: readonly StageSpan[],
  [first, last]: readonly [number, number],
): readonly StageBand[] {
  if (stages.length < 2) return [];
  return stages.flatMap(({ name, from, to }, index) => {
    // a stage ends where the next begins, or at its own last step
    const end = index === stages.length - 1 ? to - 1 : to;
    const band = { from: Math.max(from, first), to: Math.min(end, last) };
    return band.from < band.to ? [{ ...band, name, isShaded: index % 2 === 1 }] : [];
  });
}
