import type { Diagnostic } from '@/lib/recipes/diagnostic';
import type { Annotation } from '../annotate';
import { interpolationDecorations, rangeOf, toDecoration, toMarker } from './editor-marks';
import { createEditorModels, type EditorFile } from './editor-models';
import { applyEditorTheme, EDITOR_THEME } from './editor-theme';
import type { monaco as Monaco } from './monaco';

export type EditorCommands = {
  readonly edit: (path: string, text: string) => void;
  readonly save: () => void;
  readonly launch: () => void;
};

/** One Monaco editor on several files. */
export type EditorSession = {
  show(file: EditorFile): void;
  mark(path: string, diagnostics: readonly Diagnostic[]): void;
  annotate(path: string, annotations: readonly Annotation[]): void;
  reveal(range: { readonly start: number; readonly end: number }): void;
  setTheme(isDark: boolean): void;
  dispose(): void;
};

export function createEditorSession(
  monaco: typeof Monaco,
  element: HTMLElement,
  commands: EditorCommands,
): EditorSession {
  const editor = monaco.editor.create(element, editorOptions(element));
  const models = createEditorModels(monaco, commands.edit);
  const viewStates = new Map<string, Monaco.editor.ICodeEditorViewState | null>();
  const annotations = editor.createDecorationsCollection();
  const interpolations = editor.createDecorationsCollection();
  const drawInterpolations = () => {
    interpolations.set(interpolationDecorations(monaco, editor.getModel()));
  };
  let shown: string | null = null;

  editor.onDidChangeModelContent(drawInterpolations);
  editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyS, () => commands.save());
  editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter, () => commands.launch());

  return {
    show(file) {
      const model = models.take(file);
      if (shown === file.path) return;
      if (shown !== null) viewStates.set(shown, editor.saveViewState());
      shown = file.path;
      annotations.clear();
      editor.setModel(model);
      editor.restoreViewState(viewStates.get(file.path) ?? null);
      drawInterpolations();
    },
    mark(path, diagnostics) {
      const model = models.get(path);
      if (model === undefined) return;
      const markers = diagnostics.map((diagnostic) => toMarker(monaco, model, diagnostic));
      monaco.editor.setModelMarkers(model, 'galley', markers);
    },
    annotate(path, list) {
      const model = models.get(path);
      if (model === undefined || shown !== path) return;
      annotations.set(list.map((annotation) => toDecoration(monaco, model, annotation)));
    },
    reveal(place) {
      const model = editor.getModel();
      if (model === null) return;
      const range = rangeOf(monaco, model, place);
      editor.setSelection(range);
      editor.revealRangeInCenterIfOutsideViewport(range);
      editor.focus();
    },
    setTheme: (isDark) => applyEditorTheme(monaco, isDark),
    dispose() {
      editor.dispose();
      models.dispose();
    },
  };
}

function editorOptions(element: HTMLElement): Monaco.editor.IStandaloneEditorConstructionOptions {
  return {
    model: null,
    theme: EDITOR_THEME,
    automaticLayout: true,
    fontFamily: getComputedStyle(element).fontFamily,
    fontSize: 12.5,
    lineHeight: 20,
    minimap: { enabled: false },
    scrollBeyondLastLine: false,
    padding: { top: 10, bottom: 24 },
    renderLineHighlight: 'line',
    lineNumbersMinChars: 4,
    folding: true,
    tabSize: 2,
    wordWrap: 'off',
    fixedOverflowWidgets: true,
    stickyScroll: { enabled: false },
    occurrencesHighlight: 'off',
    wordBasedSuggestions: 'currentDocument',
    overviewRulerLanes: 2,
    scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 10, useShadows: false },
    ariaLabel: 'Recipe file. Press Ctrl+M to let Tab move the focus.',
  };
}
