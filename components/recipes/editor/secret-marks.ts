import { secretRanges } from '@/lib/recipes/environment/without-secrets';
import { rangeOf } from './editor-marks';
import { createMarkSet } from './mark-set';
import type { monaco as Monaco } from './monaco';

/** Covers secrets that stand in the text in clear, as they are typed or pasted. */
export function createSecretMarks(
  monaco: typeof Monaco,
  editor: Monaco.editor.ICodeEditor,
): Monaco.IDisposable {
  const covered = createMarkSet(editor);
  let frame = 0;
  const draw = () => {
    const model = editor.getModel();
    const ranges = model === null ? [] : secretRanges(model.uri.path.slice(1), model.getValue());
    covered.set(
      model === null
        ? []
        : ranges.map((range) => ({
            range: rangeOf(monaco, model, range),
            options: { inlineClassName: 'galley-secret' },
          })),
    );
  };
  // once per picture, however many changes came
  const soon = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(draw);
  };
  draw();
  const listeners = [editor.onDidChangeModelContent(soon), editor.onDidChangeModel(draw)];
  return {
    dispose() {
      cancelAnimationFrame(frame);
      for (const listener of listeners) listener.dispose();
    },
  };
}
