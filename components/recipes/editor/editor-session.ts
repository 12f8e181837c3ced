import { applyEdits } from '@/lib/recipes/edits/apply-edits';
import type { Rename } from '@/lib/recipes/language/rename-key';
import type { Diagnostic, SourceRange, TextEdit } from '@/lib/recipes/diagnostic';
import type { OverriddenRange } from '../overridden-ranges';
import type { AskLanguage } from '../preview';
import { rangeOf } from './editor-marks';
import { createEditorModels, type EditorFile } from './editor-models';
import { editorOptions } from './editor-options';
import { applyEditorTheme } from './editor-theme';
import { createHintMarks } from './hint-marks';
import { createJumpHistory } from './jump-history';
import { createLineMarks } from './line-marks';
import { createMarkerGroups } from './marker-groups';
import type { monaco as Monaco } from './monaco';
import { createSecretMarks } from './secret-marks';
import { pathOf, registerYamlProviders } from './yaml-providers';

export type EditorCommands = {
  readonly edit: (path: string, text: string) => void;
  readonly save: () => void;
  readonly launch: () => void;
  /** Shows a range, in whatever file it is. */
  readonly open: (range: SourceRange) => void;
  /** Edits of files that are not open here. */
  readonly replace: (path: string, text: string) => void;
  /** Mends a problem that has a fix. */
  readonly mend: (diagnostic: Diagnostic) => void;
  /** Lets a person give a value to a variable of the environment. */
  readonly giveValue: (variable: string) => void;
  /** A file that may be shown beside the open ones; null when its text is not known. */
  readonly fileOf: (path: string) => EditorFile | null;
  readonly ask: AskLanguage;
  readonly confirmRename: (plan: Extract<Rename, { ok: true }>) => Promise<boolean>;
  /** Why a dimmed value does not count. */
  readonly overriddenText: (range: OverriddenRange) => string;
  /** The config path under the cursor, as it moves. */
  readonly cursorAt: (configPath: string) => void;
};

/** One Monaco editor on several files. */
export type EditorSession = {
  show(file: EditorFile): void;
  mark(path: string, diagnostics: readonly Diagnostic[]): void;
  dim(path: string, ranges: readonly OverriddenRange[]): void;
  reveal(range: { readonly start: number; readonly end: number }): void;
  setTheme(isDark: boolean): void;
  dispose(): void;
};

/** The cursor rests this long before the page hears where it is. */
const CURSOR_REST_MS = 80;

// eslint-disable-next-line max-lines-per-function -- one closure over one editor; its parts have files of their own
export function createEditorSession(
  monaco: typeof Monaco,
  element: HTMLElement,
  commands: EditorCommands,
): EditorSession {
  const editor = monaco.editor.create(element, editorOptions(element));
  const models = createEditorModels(monaco, commands.edit);
  const viewStates = new Map<string, Monaco.editor.ICodeEditorViewState | null>();
  const marks = createLineMarks(monaco, editor, commands.overriddenText);
  const secrets = createSecretMarks(monaco, editor);
  const hints = createHintMarks(monaco, editor, (model, { start, end }) =>
    commands.ask('hints', { file: pathOf(model), range: { start, end } }),
  );
  const markers = createMarkerGroups(monaco);
  const history = createJumpHistory();
  const known = new Map<string, readonly Diagnostic[]>();
  let shown: string | null = null;
  /** Where the cursor stood when the file came to the front. */
  let arrival: number | null = null;
  let isTravelling = false;
  let cursorTimer: ReturnType<typeof setTimeout> | undefined;

  const here = (): SourceRange | null => {
    const position = editor.getPosition();
    const model = editor.getModel();
    if (shown === null || position === null || model === null) return null;
    const start = model.getOffsetAt(position);
    return { file: shown, start, end: start };
  };
  const leave = () => {
    const place = here();
    if (place !== null && !isTravelling) history.leave(place);
  };
  const travel = (direction: 'back' | 'forward') => {
    const from = here();
    const place = from === null ? null : history[direction](from);
    if (place === null) return;
    isTravelling = true;
    commands.open(place);
  };

  const providers = registerYamlProviders(monaco, {
    ask: commands.ask,
    diagnosticsOf: (path) => known.get(path) ?? [],
    modelOf(path) {
      const model = models.get(path);
      const file =
        model === undefined ? commands.fileOf(path) : { path, text: model.getValue(), revision: 0 };
      return file === null ? null : models.shown(file);
    },
    apply,
    mend: commands.mend,
    confirmRename: commands.confirmRename,
  });
  const opener = monaco.editor.registerEditorOpener({
    openCodeEditor(_source, resource, selection) {
      const model = monaco.editor.getModel(resource);
      if (model === null || resource.scheme !== 'recipe') return false;
      commands.open({ file: pathOf(model), ...offsetsOf(monaco, model, selection) });
      return true;
    },
  });

  editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyS, () => commands.save());
  editor.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter, () => commands.launch());
  editor.addCommand(monaco.KeyMod.Alt | monaco.KeyCode.LeftArrow, () => travel('back'));
  editor.addCommand(monaco.KeyMod.Alt | monaco.KeyCode.RightArrow, () => travel('forward'));
  editor.onMouseUp((event) => void onHint(event));
  editor.onDidChangeCursorPosition(() => {
    clearTimeout(cursorTimer);
    cursorTimer = setTimeout(() => void tellCursor(), CURSOR_REST_MS);
  });

  return {
    show(file) {
      const model = models.take(file);
      if (shown === file.path) return;
      if (shown !== null) {
        leave();
        viewStates.set(shown, editor.saveViewState());
      }
      shown = file.path;
      editor.setModel(model);
      // the words of a layer or of prose are no use as completions; those of code are
      editor.updateOptions({
        wordBasedSuggestions: /yaml|markdown|plaintext/.test(model.getLanguageId())
          ? 'off'
          : 'currentDocument',
      });
      editor.restoreViewState(viewStates.get(file.path) ?? null);
      arrival = here()?.start ?? null;
    },
    mark(path, diagnostics) {
      known.set(path, diagnostics);
      const model = models.get(path);
      if (model === undefined) return;
      markers.set(model, diagnostics);
      if (shown === path) hints.refresh();
    },
    dim(path, ranges) {
      if (shown === path) marks.setOverridden(ranges);
    },
    reveal(place) {
      const model = editor.getModel();
      if (model === null) return;
      // a jump into another file has left its place already, and nobody has been where that file opened
      if (here()?.start !== arrival) leave();
      arrival = null;
      isTravelling = false;
      const range = rangeOf(monaco, model, place);
      editor.setSelection(range);
      editor.revealRangeInCenterIfOutsideViewport(range);
      editor.focus();
    },
    setTheme: (isDark) => applyEditorTheme(monaco, isDark),
    dispose() {
      clearTimeout(cursorTimer);
      for (const part of [providers, opener, marks, secrets, hints, editor, models]) part.dispose();
    },
  };

  async function tellCursor(): Promise<void> {
    const place = here();
    if (place === null || editor.getModel()?.getLanguageId() !== 'yaml') return;
    const path = await commands.ask('path', { file: place.file, offset: place.start });
    commands.cursorAt(path);
  }

  /** A click on the remark that a variable is not set leads to where it can be. */
  async function onHint({ target }: Monaco.editor.IEditorMouseEvent): Promise<void> {
    const model = editor.getModel();
    const isText = target.type === monaco.editor.MouseTargetType.CONTENT_TEXT;
    if (!isText || !target.detail.mightBeForeignElement) return;
    if (shown === null || model === null) return;
    const offset = model.getOffsetAt(target.position);
    const found = await commands.ask('hints', { file: shown, range: { start: offset, end: offset } });
    const variable = found.find(({ range }) => range.end === offset)?.variable ?? null;
    if (variable !== null) commands.giveValue(variable);
  }

  /** In the editor's own texts where they are open, so that each can be undone there. */
  function apply(edits: readonly TextEdit[]): void {
    for (const path of new Set(edits.map(({ file }) => file))) {
      const own = edits.filter(({ file }) => file === path);
      const model = models.get(path);
      if (model !== undefined) {
        const operations = own.map((edit) => ({ range: rangeOf(monaco, model, edit), text: edit.text }));
        model.pushStackElement();
        model.pushEditOperations([], operations, () => null);
        model.pushStackElement();
      } else {
        const file = commands.fileOf(path);
        if (file !== null) commands.replace(path, applyEdits(file.text, own));
      }
    }
  }
}

function offsetsOf(
  monaco: typeof Monaco,
  model: Monaco.editor.ITextModel,
  selection: Monaco.IRange | Monaco.IPosition | undefined,
): { readonly start: number; readonly end: number } {
  if (selection === undefined) return { start: 0, end: 0 };
  if (!('startLineNumber' in selection)) {
    const start = model.getOffsetAt(selection);
    return { start, end: start };
  }
  const range = monaco.Range.lift(selection);
  return {
    start: model.getOffsetAt(range.getStartPosition()),
    end: model.getOffsetAt(range.getEndPosition()),
  };
}
