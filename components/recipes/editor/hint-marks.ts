import type { InlayHint } from '@/lib/recipes/language/inlay-hints';
import { rangeOf } from './editor-marks';
import { createMarkSet } from './mark-set';
import type { monaco as Monaco } from './monaco';
import { visibleLines } from './visible-lines';

/** Remarks follow what was typed after this rest: value, check and marker come first. */
const REST_MS = 30;

export type HintMarks = {
  /** Asks for the remarks on the lines in view and draws them, a moment later. */
  refresh(): void;
  dispose(): void;
};

/**
 * Remarks behind values, as text that is in view but not in the file. Monaco's own would replace all of them at every
 * key, and draw every line anew that has one.
 */
export function createHintMarks(
  monaco: typeof Monaco,
  editor: Monaco.editor.IStandaloneCodeEditor,
  ask: (
    model: Monaco.editor.ITextModel,
    range: { readonly start: number; readonly end: number },
  ) => Promise<readonly InlayHint[]>,
): HintMarks {
  const marks = createMarkSet(editor);
  let frame = 0;
  let rest: ReturnType<typeof setTimeout> | undefined;

  const refresh = async (): Promise<void> => {
    const model = editor.getModel();
    if (model?.getLanguageId() !== 'yaml') {
      marks.set([]);
      return;
    }
    const version = model.getVersionId();
    const hints = await ask(model, visibleLines(editor, model));
    // what was typed meanwhile is followed by remarks of its own
    if (editor.getModel() !== model || model.getVersionId() !== version) return;
    marks.set(hints.map((hint) => remark(monaco, model, hint)));
  };
  const soon = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => void refresh());
  };
  const atRest = () => {
    clearTimeout(rest);
    rest = setTimeout(() => void refresh(), REST_MS);
  };
  const listeners = [
    editor.onDidScrollChange(soon),
    editor.onDidLayoutChange(soon),
    editor.onDidChangeModel(soon),
  ];
  return {
    refresh: atRest,
    dispose() {
      cancelAnimationFrame(frame);
      clearTimeout(rest);
      for (const listener of listeners) listener.dispose();
    },
  };
}

/** As long as a line can hold beside its value. */
const LONGEST = 140;

function remark(
  monaco: typeof Monaco,
  model: Monaco.editor.ITextModel,
  { range, text, isMissing }: InlayHint,
): Monaco.editor.IModelDeltaDecoration {
  const { InjectedTextCursorStops, TrackedRangeStickiness } = monaco.editor;
  return {
    range: rangeOf(monaco, model, range),
    options: {
      // what is typed at the end of the value stands before its remark
      stickiness: TrackedRangeStickiness.AlwaysGrowsWhenTypingAtEdges,
      after: {
        content: text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text,
        inlineClassName: isMissing ? 'galley-hint galley-hint-missing' : 'galley-hint',
        inlineClassNameAffectsLetterSpacing: true,
        cursorStops: InjectedTextCursorStops.Right,
      },
    },
  };
}
