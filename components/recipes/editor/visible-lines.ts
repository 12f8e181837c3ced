import type { monaco as Monaco } from './monaco';

/** Lines counted in above and below those in view, so that a small scroll shows nothing bare. */
const MARGIN = 40;

/** What is marked: the lines in view and some around them, with their offsets in the text. */
export function visibleLines(editor: Monaco.editor.ICodeEditor, model: Monaco.editor.ITextModel) {
  const ranges = editor.getVisibleRanges();
  const first = Math.max(1, (ranges[0]?.startLineNumber ?? 1) - MARGIN);
  const last = Math.min(model.getLineCount(), (ranges.at(-1)?.endLineNumber ?? MARGIN) + MARGIN);
  return {
    first,
    last,
    start: model.getOffsetAt({ lineNumber: first, column: 1 }),
    end: model.getOffsetAt({ lineNumber: last, column: model.getLineMaxColumn(last) }),
  };
}
