import type { Completion } from '@/lib/recipes/language/complete';
import { codeActions } from '@/lib/recipes/language/code-actions';
import type { TextRange } from '@/lib/recipes/language/outline';
import type { Rename } from '@/lib/recipes/language/rename-key';
import type { Diagnostic, SourceRange, TextEdit } from '@/lib/recipes/diagnostic';
import type { AskLanguage } from '../preview';
import { rangeOf, toMarker } from './editor-marks';
import type { monaco as Monaco } from './monaco';

/** What Monaco asks and tells us; it changes as the page does, while the providers stay registered. */
export type LanguageHost = {
  readonly ask: AskLanguage;
  readonly diagnosticsOf: (path: string) => readonly Diagnostic[];
  /** Makes the model of a file if there is a text for it; Monaco shows ranges only in models. */
  readonly modelOf: (path: string) => Monaco.editor.ITextModel | null;
  readonly apply: (edits: readonly TextEdit[]) => void;
  /** Mends a problem that has a fix. */
  readonly mend: (diagnostic: Diagnostic) => void;
  /** Whether the person agrees to what a rename touches. */
  readonly confirmRename: (plan: Extract<Rename, { ok: true }>) => Promise<boolean>;
};

const LANGUAGE = 'yaml';
const TRIGGERS = ['.', ':', '{', '/', ' ', '"', '-'];

/** Layered YAML's completion, hover, definition, references, rename, fixes and format. */
export function registerYamlProviders(monaco: typeof Monaco, host: LanguageHost): Monaco.IDisposable {
  const { languages } = monaco;
  const parts = [
    languages.registerCompletionItemProvider(LANGUAGE, completions(monaco, host)),
    languages.registerHoverProvider(LANGUAGE, hovers(monaco, host)),
    languages.registerDefinitionProvider(LANGUAGE, definitions(monaco, host)),
    languages.registerReferenceProvider(LANGUAGE, references(monaco, host)),
    languages.registerRenameProvider(LANGUAGE, renames(monaco, host)),
    languages.registerCodeActionProvider(LANGUAGE, fixes(monaco, host)),
    languages.registerDocumentFormattingEditProvider(LANGUAGE, formats(host)),
    monaco.editor.registerCommand(MEND, (_services: unknown, diagnostic: Diagnostic) =>
      host.mend(diagnostic),
    ),
  ];
  return { dispose: () => parts.forEach((part) => part.dispose()) };
}

const MEND = 'galley.mend';

/** Path from the recipes folder; models are named `recipe:/path`. */
export function pathOf(model: Monaco.editor.ITextModel): string {
  return model.uri.path.slice(1);
}

function placeOf(model: Monaco.editor.ITextModel, position: Monaco.Position) {
  return { file: pathOf(model), offset: model.getOffsetAt(position) };
}

function completions(monaco: typeof Monaco, { ask }: LanguageHost): Monaco.languages.CompletionItemProvider {
  return {
    triggerCharacters: TRIGGERS,
    async provideCompletionItems(model, position) {
      const found = await ask('complete', placeOf(model, position));
      return { suggestions: found.map((item, index) => completionItem(monaco, model, { item, index })) };
    },
  };
}

function completionItem(
  monaco: typeof Monaco,
  model: Monaco.editor.ITextModel,
  { item, index }: { readonly item: Completion; readonly index: number },
): Monaco.languages.CompletionItem {
  const { CompletionItemInsertTextRule: Rule, CompletionItemKind: Kind } = monaco.languages;
  const kinds: Record<Completion['kind'], Monaco.languages.CompletionItemKind> = {
    key: Kind.Property,
    value: Kind.EnumMember,
    reference: Kind.Reference,
    resolver: Kind.Function,
    variable: Kind.Variable,
    layer: Kind.Module,
    file: Kind.File,
    class: Kind.Class,
  };
  const isSnippet = item.insert.includes('$0');
  return {
    label: { label: item.label, description: item.detail },
    kind: kinds[item.kind],
    insertText: item.insert,
    ...(isSnippet ? { insertTextRules: Rule.InsertAsSnippet } : {}),
    ...(item.about === '' ? {} : { documentation: { value: item.about } }),
    range: rangeOf(monaco, model, item.range),
    // in the order in which they come: what the recipe reads first, then what other layers give
    sortText: String(index).padStart(5, '0'),
    ...(isSnippet ? { command: { id: 'editor.action.triggerSuggest', title: '' } } : {}),
  };
}

function hovers(monaco: typeof Monaco, { ask }: LanguageHost): Monaco.languages.HoverProvider {
  return {
    async provideHover(model, position) {
      const found = await ask('hover', placeOf(model, position));
      if (found === null) return null;
      return {
        range: rangeOf(monaco, model, found.range),
        contents: found.sections.map((value) => ({ value })),
      };
    },
  };
}

function location(
  monaco: typeof Monaco,
  { modelOf }: LanguageHost,
  place: SourceRange,
): Monaco.languages.Location | null {
  const model = modelOf(place.file);
  return model === null ? null : { uri: model.uri, range: rangeOf(monaco, model, place) };
}

function definitions(monaco: typeof Monaco, host: LanguageHost): Monaco.languages.DefinitionProvider {
  return {
    async provideDefinition(model, position) {
      const found = await host.ask('definition', placeOf(model, position));
      const target = found === null ? null : location(monaco, host, found.to);
      if (found === null || target === null) return null;
      return [
        {
          ...target,
          originSelectionRange: rangeOf(monaco, model, found.from),
          targetSelectionRange: target.range,
        },
      ];
    },
  };
}

function references(monaco: typeof Monaco, host: LanguageHost): Monaco.languages.ReferenceProvider {
  return {
    async provideReferences(model, position) {
      const found = await host.ask('references', placeOf(model, position));
      return found.map((place) => location(monaco, host, place)).filter((place) => place !== null);
    },
  };
}

function renames(monaco: typeof Monaco, host: LanguageHost): Monaco.languages.RenameProvider {
  return {
    async resolveRenameLocation(model, position) {
      const range = await host.ask('name', placeOf(model, position));
      const nothing = { range: new monaco.Range(1, 1, 1, 1), text: '' };
      if (range === null)
        return { ...nothing, rejectReason: 'Put the cursor on a key, or on a path inside ${…}.' };
      const place = rangeOf(monaco, model, range);
      return { range: place, text: model.getValueInRange(place).replaceAll(/["']/g, '') };
    },
    async provideRenameEdits(model, position, name) {
      const plan = await host.ask('rename', { ...placeOf(model, position), name });
      if (!plan.ok) return { edits: [], rejectReason: plan.reason };
      // we apply it: Monaco can only change texts that have been opened
      if (await host.confirmRename(plan)) host.apply(plan.edits);
      return { edits: [] };
    },
  };
}

function fixes(monaco: typeof Monaco, host: LanguageHost): Monaco.languages.CodeActionProvider {
  return {
    provideCodeActions(model, range) {
      const file = pathOf(model);
      const place = { file, ...offsetsOf(model, range) };
      const actions = codeActions(host.diagnosticsOf(file), place).map(({ title, diagnostic }) => ({
        title,
        kind: 'quickfix',
        isPreferred: true,
        diagnostics: [toMarker(monaco, model, diagnostic)],
        command: { id: MEND, title, arguments: [diagnostic] },
      }));
      return { actions, dispose: () => undefined };
    },
  };
}

function offsetsOf(model: Monaco.editor.ITextModel, range: Monaco.Range): TextRange {
  return {
    start: model.getOffsetAt(range.getStartPosition()),
    end: model.getOffsetAt(range.getEndPosition()),
  };
}

function formats({ ask }: LanguageHost): Monaco.languages.DocumentFormattingEditProvider {
  return {
    displayName: 'Galley',
    async provideDocumentFormattingEdits(model) {
      const text = await ask('format', { file: pathOf(model) });
      return text === model.getValue() ? [] : [{ range: model.getFullModelRange(), text }];
    },
  };
}
