import { spansIn } from '@/lib/recipes/language/interpolation-spans';
import type { OverriddenRange } from '../overridden-ranges';
import { rangeOf } from './editor-marks';
import { createMarkSet } from './mark-set';
import type { monaco as Monaco } from './monaco';
import { visibleLines } from './visible-lines';

/** Dims what is overridden and colours `${…}`. Only lines in view are marked: a keystroke must not walk the text. */
export type LineMarks = {
  setOverridden(ranges: readonly OverriddenRange[]): void;
  dispose(): void;
};

export function createLineMarks(
  monaco: typeof Monaco,
  editor: Monaco.editor.IStandaloneCodeEditor,
  describe: (range: OverriddenRange) => string,
): LineMarks {
  const dimmed = createMarkSet(editor);
  const coloured = createMarkSet(editor);
  let overridden: readonly OverriddenRange[] = [];
  let frame = 0;

  const drawColours = () => {
    const model = editor.getModel();
    coloured.set(model?.getLanguageId() === 'yaml' ? interpolations(monaco, editor, model) : []);
  };
  const drawDimmed = () => {
    const model = editor.getModel();
    dimmed.set(model === null ? [] : dimmedLines(monaco, { editor, model, overridden, describe }));
  };
  const drawBoth = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      drawColours();
      drawDimmed();
    });
  };
  const listeners = [
    editor.onDidChangeModelContent(drawColours),
    editor.onDidScrollChange(drawBoth),
    editor.onDidLayoutChange(drawBoth),
    editor.onDidChangeModel(() => {
      overridden = [];
      dimmed.set([]);
      drawBoth();
    }),
  ];
  return {
    setOverridden(ranges) {
      overridden = ranges;
      drawDimmed();
    },
    dispose() {
      cancelAnimationFrame(frame);
      for (const listener of listeners) listener.dispose();
    },
  };
}

function interpolations(
  monaco: typeof Monaco,
  editor: Monaco.editor.IStandaloneCodeEditor,
  model: Monaco.editor.ITextModel,
): Monaco.editor.IModelDeltaDecoration[] {
  const { first, last } = visibleLines(editor, model);
  const marks: Monaco.editor.IModelDeltaDecoration[] = [];
  for (let line = first; line <= last; line += 1) {
    const text = model.getLineContent(line);
    if (!text.includes('${')) continue;
    for (const { start, end } of spansIn(text, { start: 0, end: text.length })) {
      marks.push({
        range: new monaco.Range(line, start + 1, line, end + 1),
        options: { inlineClassName: 'galley-interpolation' },
      });
    }
  }
  return marks;
}

function dimmedLines(
  monaco: typeof Monaco,
  view: {
    readonly editor: Monaco.editor.IStandaloneCodeEditor;
    readonly model: Monaco.editor.ITextModel;
    readonly overridden: readonly OverriddenRange[];
    readonly describe: (range: OverriddenRange) => string;
  },
): Monaco.editor.IModelDeltaDecoration[] {
  const { editor, model, overridden, describe } = view;
  const { start, end } = visibleLines(editor, model);
  return overridden
    .filter((range) => range.end >= start && range.start <= end)
    .map((range) => ({
      range: rangeOf(monaco, model, range),
      options: {
        inlineClassName: 'galley-overridden',
        hoverMessage: { value: describe(range) },
        linesDecorationsClassName: 'galley-overridden-mark',
      },
    }));
}
