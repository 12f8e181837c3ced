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
  dispose(): void;
};

export function createEditorModels(
  monaco: typeof Monaco,
  onEdit: (path: string, text: string) => void,
): EditorModels {
  const models = new Map<string, Monaco.editor.ITextModel>();
  const revisions = new Map<string, number>();
  let isReplacing = false;

  return {
    take({ path, text, revision }) {
      const model = models.get(path) ?? open(path, text);
      // Not by comparing texts: while somebody types fast, the page's text is older than the editor's.
      const isReplaced = (revisions.get(path) ?? revision) !== revision;
      revisions.set(path, revision);
      if (isReplaced) replaceText(model, text);
      return model;
    },
    get: (path) => models.get(path),
    dispose() {
      for (const model of models.values()) model.dispose();
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

  /** As an edit, so that it can be undone. */
  function replaceText(model: Monaco.editor.ITextModel, text: string): void {
    isReplacing = true;
    try {
      model.pushEditOperations([], [{ range: model.getFullModelRange(), text }], () => null);
    } finally {
      isReplacing = false;
    }
  }
}
