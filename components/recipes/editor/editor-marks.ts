import type { Diagnostic } from '@/lib/recipes/diagnostic';
import type { Annotation } from '../annotate';
import type { monaco as Monaco } from './monaco';

const INTERPOLATION = /\$\{[^}\n]*\}/g;

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

export function toDecoration(
  monaco: typeof Monaco,
  model: Monaco.editor.ITextModel,
  annotation: Annotation,
): Monaco.editor.IModelDeltaDecoration {
  const range = rangeOf(monaco, model, annotation);
  if (annotation.kind === 'overridden') {
    return {
      range,
      options: {
        inlineClassName: 'galley-overridden',
        hoverMessage: { value: annotation.text },
        linesDecorationsClassName: 'galley-overridden-mark',
      },
    };
  }
  const lineEnd = model.getLineMaxColumn(range.endLineNumber);
  return {
    range: new monaco.Range(range.endLineNumber, lineEnd, range.endLineNumber, lineEnd),
    options: {
      showIfCollapsed: true,
      after: {
        content: `  ${annotation.text}`,
        inlineClassName: annotation.kind === 'missing' ? 'galley-missing' : 'galley-note',
      },
    },
  };
}

/** Colours `${…}`, which YAML's own highlighting takes for plain text. */
export function interpolationDecorations(
  monaco: typeof Monaco,
  model: Monaco.editor.ITextModel | null,
): Monaco.editor.IModelDeltaDecoration[] {
  if (model?.getLanguageId() !== 'yaml') return [];
  return [...model.getValue().matchAll(INTERPOLATION)].map((match) => ({
    range: rangeOf(monaco, model, { start: match.index, end: match.index + match[0].length }),
    options: { inlineClassName: 'galley-interpolation' },
  }));
}
