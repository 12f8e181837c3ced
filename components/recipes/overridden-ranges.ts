import type { SourceRange } from '@/lib/recipes/diagnostic';
import type { ResolvedRow } from './resolved-rows';
import { placeText } from './row-origin';

/** A value that does not count, because a later layer gives the same key. */
export type OverriddenRange = {
  readonly start: number;
  readonly end: number;
  /** What counts instead; null for an override of the command line. */
  readonly winner: SourceRange | null;
};

/** What is overridden in one file. */
export function overriddenRanges(rows: readonly ResolvedRow[], file: string): readonly OverriddenRange[] {
  const ranges: OverriddenRange[] = [];
  for (const { provenance } of rows) {
    if (provenance === null) continue;
    const { source: winner, beaten } = provenance;
    for (const range of beaten)
      if (range.file === file) ranges.push({ start: range.start, end: range.end, winner });
  }
  return ranges;
}

/** Why it does not count. Made for the few that are in view: it counts lines. */
export function overriddenText({ winner }: OverriddenRange, files: Readonly<Record<string, string>>): string {
  return `overridden by ${winner === null ? 'an override' : placeText(winner, files)}`;
}
