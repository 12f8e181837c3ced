import type { ResolvedRow } from './resolved-rows';
import { placeText } from './row-origin';

/** A value that does not count, because a later layer gives the same key. */
export type OverriddenRange = { readonly start: number; readonly end: number; readonly text: string };

/** What is overridden in one file. */
export function overriddenRanges(
  rows: readonly ResolvedRow[],
  file: string,
  files: Readonly<Record<string, string>>,
): readonly OverriddenRange[] {
  return rows.flatMap(({ provenance }) => {
    if (provenance === null) return [];
    const { source, beaten } = provenance;
    return beaten
      .filter((range) => range.file === file)
      .map(({ start, end }) => ({
        start,
        end,
        text: `overridden by ${source === null ? 'an override' : placeText(source, files)}`,
      }));
  });
}
