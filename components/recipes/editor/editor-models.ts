import { coverInPlace } from '@/lib/recipes/environment/without-secrets';
import { editorLanguage } from './editor-language';
import type { monaco as Monaco } from './monaco';

export type EditorFile = {
  readonly path: string;
  readonly text: string;
  /** A new number makes the editor take `text` over; else its own text is the newer one. */
  readonly revision: number;
};

/** The texts of all files opened in one editor: undo history survives a change of tabs. */
export type EditorModels = {
  /** The model of a file, made when first asked for. */
  take(file: EditorFile): Monaco.editor.ITextModel;
  get(path: string): Monaco.editor.ITextModel | undefined;
  /**
   * What a list of places, or a small editor inside the editor, may show of a file: its secrets covered, all places as
   * they are. A file that was not open gets a model; when it comes to the front, that takes over the page's text.
   */
  shown(file: EditorFile): Monaco.editor.ITextModel;
  dispose(): void;
};

export function createEditorModels(
  monaco: typeof Monaco,
  onEdit: (path: string, text: string) => void,
): EditorModels {
  const models = new Map<string, Monaco.editor.ITextModel>();
  const copies = createCoveredCopies(monaco);
  const revisions = new Map<string, number>();
  let isReplacing = false;

  return {
    take({ path, text, revision }) {
      const known = models.get(path);
      const model = known ?? open(path, text);
      // Not by comparing texts: while somebody types fast, the page's text is older than the editor's.
      const isReplaced = known !== undefined && revisions.get(path) !== revision;
      revisions.set(path, revision);
      if (isReplaced) replaceText(model, text);
      return model;
    },
    get: (path) => models.get(path),
    shown(file) {
      const model = models.get(file.path) ?? open(file.path, file.text);
      const text = model.getValue();
      const safe = coverInPlace(file.path, text);
      return safe === text ? model : copies.take(file.path, safe);
    },
    dispose() {
      for (const model of models.values()) model.dispose();
      copies.dispose();
    },
  };

  function open(path: string, text: string): Monaco.editor.ITextModel {
    const uri = monaco.Uri.from({ scheme: 'recipe', path: `/${path}` });
    monaco.editor.getModel(uri)?.dispose();
    const model = monaco.editor.createModel(text, editorLanguage(path), uri);
    model.onDidChangeContent(() => {
      if (!isReplacing) onEdit(path, model.getValue());
    });
    models.set(path, model);
    return model;
  }

  /** As an edit of what differs, so that it can be undone and the cursor stays. */
  function replaceText(model: Monaco.editor.ITextModel, text: string): void {
    const before = model.getValue();
    let start = 0;
    const most = Math.min(before.length, text.length);
    while (start < most && before.charAt(start) === text.charAt(start)) start += 1;
    let tail = 0;
    while (tail < most - start && before.at(-1 - tail) === text.at(-1 - tail)) tail += 1;
    if (start === before.length && start === text.length) return;
    const range = monaco.Range.fromPositions(
      model.getPositionAt(start),
      model.getPositionAt(before.length - tail),
    );
    isReplacing = true;
    try {
      model.pushStackElement();
      model.pushEditOperations([], [{ range, text: text.slice(start, text.length - tail) }], () => null);
      model.pushStackElement();
    } finally {
      isReplacing = false;
    }
  }
}

/** Models of files as they may be shown, beside those that are edited. Nobody types into them. */
function createCoveredCopies(monaco: typeof Monaco) {
  const copies = new Map<string, Monaco.editor.ITextModel>();
  return {
    take(path: string, text: string): Monaco.editor.ITextModel {
      const known = copies.get(path);
      if (known !== undefined) {
        if (known.getValue() !== text) known.setValue(text);
        return known;
      }
      const uri = monaco.Uri.from({ scheme: 'recipe', path: `/${path}`, query: 'covered' });
      monaco.editor.getModel(uri)?.dispose();
      const model = monaco.editor.createModel(text, editorLanguage(path), uri);
      copies.set(path, model);
      return model;
    },
    dispose(): void {
      for (const copy of copies.values()) copy.dispose();
    },
  };
}
