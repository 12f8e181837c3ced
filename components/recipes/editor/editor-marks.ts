import type { Diagnostic } from '@/lib/recipes/diagnostic';
import type { monaco as Monaco } from './monaco';

export function rangeOf(
  monaco: typeof Monaco,
  model: Monaco.editor.ITextModel,
  range: { readonly start: number; readonly end: number },
): Monaco.Range {
  return monaco.Range.fromPositions(model.getPositionAt(range.start), model.getPositionAt(range.end));
}

export function toMarker(
  monaco: typeof Monaco,
  model: Monaco.editor.ITextModel,
  diagnostic: Diagnostic,
): Monaco.editor.IMarkerData {
  const { Error, Warning, Info } = monaco.MarkerSeverity;
  const { startLineNumber, startColumn, endLineNumber, endColumn } = rangeOf(
    monaco,
    model,
    diagnostic.range ?? { start: 0, end: 0 },
  );
  return {
    startLineNumber,
    startColumn,
    endLineNumber,
    endColumn,
    severity: { error: Error, warning: Warning, info: Info }[diagnostic.severity],
    message: diagnostic.message,
    code: diagnostic.code,
    source: 'galley',
  };
}
