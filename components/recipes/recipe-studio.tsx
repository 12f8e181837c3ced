'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { EmptyState } from '@/components/ui/empty-state';
import type { SourceRange } from '@/lib/recipes/diagnostic';
import { ConflictDialog } from './conflict-dialog';
import { CodeEditor } from './editor/code-editor';
import type { EditorFile } from './editor/editor-models';
import { EditorTabs } from './editor-tabs';
import type { EvaluatorActions } from './evaluator/evaluator-actions';
import { FileTree } from './file-tree';
import { LaunchSheet } from './launch-sheet';
import { variantTitle } from './layer-of';
import { backendTitle, planFacts } from './plan-facts';
import type { RecipeView } from './recipe-href';
import { overriddenRanges } from './overridden-ranges';
import { RenameDialog, useRenameQuestion } from './rename-dialog';
import { findRow } from './resolved-rows';
import type { StudioActions } from './studio-actions';
import type { StudioData } from './studio-data';
import { StudioInspector } from './studio-inspector';
import { type StudioPane, StudioPanes } from './studio-panes';
import { currentText, dirtyPaths, splitOverrides, type StudioFile } from './studio-state';
import { StudioToolbar } from './studio-toolbar';
import { layerTexts, type LivePreview, type PreviewClient, usePreview } from './use-preview';
import { type StudioEnvironment, useEnvironment } from './use-environment';
import { useSave } from './use-save';
import { useSideTexts } from './use-side-texts';
import { type Studio, useStudio } from './use-studio';
import { variantState } from './variant-state';

export type RecipeStudioProps = {
  readonly data: StudioData;
  readonly view: RecipeView;
  readonly actions: StudioActions;
  readonly evaluatorActions: EvaluatorActions;
};

/** Edits the layers of one recipe, with what they come to always in view, and launches a variant. */
export function RecipeStudio({ data, view, actions, evaluatorActions }: RecipeStudioProps) {
  const studio = useStudio(data, view, actions);
  const router = useRouter();
  const { state } = studio;
  const sideTexts = useSideTexts(data.entries);
  const environment = useEnvironment(data, state.files, sideTexts);
  const client = usePreviews(data, studio, { environment, sideTexts });
  const { format, save } = useSave(studio, client);
  const [cursorPath, setCursorPath] = useState<string | null>(null);
  const preview = state.variant === null ? undefined : client.previews[state.variant];
  const [pane, setPane] = useState<StudioPane>('editor');
  const [isLaunching, setIsLaunching] = useState(false);
  const dirty = dirtyPaths(state);
  const rows = preview?.lastRows ?? [];

  function jump(range: SourceRange): void {
    studio.open(range.file, range);
    setPane('editor');
  }
  function showKey(path: string): void {
    const source = findRow(rows, path)?.provenance?.source;
    setIsLaunching(false);
    if (source) jump(source);
  }
  const entry = data.variants.find(({ name }) => name === state.variant)?.entry;
  return (
    <div className="flex h-[calc(100dvh-44px)] min-h-0 flex-col">
      <StudioToolbar
        title={data.title}
        variants={data.variants.map(({ name }) => ({ name, state: stateOf(client.previews[name]) }))}
        variant={state.variant}
        backend={backendTitle(rows)}
        overrides={state.overrides}
        dirtyCount={dirty.length}
        isSaving={studio.isSaving}
        onVariant={(variant) => studio.dispatch({ kind: 'variant', variant })}
        onOverrides={(text) => studio.dispatch({ kind: 'overrides', text })}
        formatOnSave={format}
        onSave={() => void save(dirty)}
        onLaunch={() => setIsLaunching(true)}
      />
      <StudioPanes
        pane={pane}
        onPane={setPane}
        problems={preview?.diagnostics.length ?? 0}
        files={
          <FilesPane {...{ studio, data, previews: client.previews }} onOpened={() => setPane('editor')} />
        }
        editor={
          <EditorPane
            studio={studio}
            data={data}
            preview={preview}
            client={client}
            sideTexts={sideTexts}
            onSave={save}
            onLaunch={() => setIsLaunching(true)}
            onCursor={setCursorPath}
          />
        }
        resolved={
          <StudioInspector
            studio={studio}
            recipe={data.recipe}
            entry={entry}
            preview={preview}
            configPath={cursorPath}
            evaluatorActions={evaluatorActions}
            onJump={jump}
            onShowKey={showKey}
          />
        }
      />
      <ConflictDialog
        state={state}
        onKeepMine={studio.keepMine}
        onTakeTheirs={() => studio.dispatch({ kind: 'took-theirs' })}
        onLater={() => studio.dispatch({ kind: 'put-off' })}
      />
      {isLaunching && entry !== undefined && state.variant !== null ? (
        <LaunchSheet
          recipe={data.recipe}
          entry={entry}
          backend={backendTitle(rows) ?? variantTitle(state.variant)}
          facts={planFacts(rows)}
          overrides={splitOverrides(state.overrides)}
          dirty={dirty}
          actions={actions}
          onSave={() => save(dirty)}
          onShowKey={showKey}
          onLaunched={(run) => router.push(`/runs/${run}`)}
          onClose={() => setIsLaunching(false)}
        />
      ) : null}
    </div>
  );
}

function FilesPane(props: {
  studio: Studio;
  data: StudioData;
  previews: PreviewClient['previews'];
  onOpened: () => void;
}) {
  const { studio, data, previews } = props;
  return (
    <FileTree
      recipe={data.recipe}
      entries={data.entries}
      active={studio.state.active}
      dirty={dirtyPaths(studio.state)}
      states={Object.fromEntries(data.variants.map(({ name, entry }) => [entry, stateOf(previews[name])]))}
      onOpen={(path) => {
        studio.open(path);
        props.onOpened();
      }}
    />
  );
}

function EditorPane(props: {
  studio: Studio;
  data: StudioData;
  preview: LivePreview | undefined;
  client: PreviewClient;
  sideTexts: Readonly<Record<string, string>>;
  onSave: (paths: readonly string[]) => Promise<boolean>;
  onLaunch: () => void;
  onCursor: (configPath: string | null) => void;
}) {
  const { studio, data, preview, client, sideTexts } = props;
  const rename = useRenameQuestion();
  const { state } = studio;
  const file = state.active === null ? undefined : state.files[state.active];
  const texts = layerTexts(state.files);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <EditorTabs
        tabs={state.tabs}
        active={state.active}
        dirty={dirtyPaths(state)}
        recipe={data.recipe}
        onOpen={studio.open}
        onClose={(path) => studio.dispatch({ kind: 'closed', path })}
      />
      {file === undefined ? (
        <EmptyState title="No file is open">Choose one from the list of files.</EmptyState>
      ) : (
        <div className="min-h-0 flex-1">
          <CodeEditor
            file={{ path: file.path, text: currentText(file), revision: file.revision }}
            diagnostics={(preview?.diagnostics ?? []).filter(({ range }) => range?.file === file.path)}
            overridden={overriddenRanges(preview?.rows ?? [], file.path, texts)}
            reveal={studio.reveal}
            edit={(path, text) => {
              client.typed(path, text);
              studio.dispatch({ kind: 'edited', path, text });
            }}
            save={() => void props.onSave([file.path])}
            launch={props.onLaunch}
            open={(range) => studio.open(range.file, range)}
            replace={(path, text) => studio.dispatch({ kind: 'replaced', path, text })}
            fileOf={(path) => fileOf(state.files[path], path, sideTexts)}
            ask={client.ask}
            confirmRename={rename.confirm}
            cursorAt={(path) => props.onCursor(path === '' ? null : path)}
          />
          <RenameDialog asked={rename.asked} />
        </div>
      )}
    </div>
  );
}

function fileOf(
  file: StudioFile | undefined,
  path: string,
  sideTexts: Readonly<Record<string, string>>,
): EditorFile | null {
  if (file !== undefined) return { path, text: currentText(file), revision: file.revision };
  const text = sideTexts[path];
  return text === undefined ? null : { path, text, revision: 0 };
}

function usePreviews(
  data: StudioData,
  studio: Studio,
  facts: { environment: StudioEnvironment; sideTexts: Readonly<Record<string, string>> },
) {
  const { state } = studio;
  // The variant in view first: it is what the person looks at while typing.
  const names = data.variants
    .map(({ name }) => name)
    .toSorted((a, b) => Number(b === state.variant) - Number(a === state.variant));
  return usePreview({
    recipe: data.recipe,
    files: state.files,
    others: facts.sideTexts,
    paths: data.entries.map(({ path }) => path),
    env: facts.environment.env,
    scripts: data.scripts,
    previewValues: facts.environment.previewValues,
    overrides: state.overrides,
    variants: names
      .map((name) => `${name}\t${data.variants.find((variant) => variant.name === name)?.entry ?? ''}`)
      .join('\n'),
  });
}

function stateOf(preview: LivePreview | undefined) {
  return preview === undefined ? undefined : variantState(preview.diagnostics);
}
