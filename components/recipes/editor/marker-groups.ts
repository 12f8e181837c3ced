import type { Diagnostic } from '@/lib/recipes/diagnostic';
import { isSameData } from '@/lib/shared/same-data';
import { toMarker } from './editor-marks';
import type { monaco as Monaco } from './monaco';

/** Monaco draws all markers of an owner anew; with so many owners a keystroke concerns a few markers. */
const GROUPS = 32;

type Markers = readonly Monaco.editor.IMarkerData[];

/** The problems of the open files as markers. Only groups of them that have changed are set. */
export function createMarkerGroups(monaco: typeof Monaco) {
  const known = new WeakMap<Monaco.editor.ITextModel, readonly Markers[]>();
  return {
    set(model: Monaco.editor.ITextModel, diagnostics: readonly Diagnostic[]): void {
      const groups = Array.from({ length: GROUPS }, (): Monaco.editor.IMarkerData[] => []);
      for (const diagnostic of diagnostics)
        groups[groupOf(diagnostic)]?.push(toMarker(monaco, model, diagnostic));
      const before = known.get(model);
      for (const [index, markers] of groups.entries()) {
        if (!isSameData(before?.[index] ?? [], markers))
          monaco.editor.setModelMarkers(model, `galley ${index}`, markers);
      }
      known.set(model, groups);
    },
  };
}

/** The same from one keystroke to the next. */
function groupOf({ code, path }: Diagnostic): number {
  let sum = 0;
  for (const letter of `${code} ${path ?? ''}`) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521;
  return sum % GROUPS;
}
