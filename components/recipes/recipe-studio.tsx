'use client';

import { useState } from 'react';
import { useStable } from '@/components/ui/use-stable';
import type { SourceRange } from '@/lib/recipes/diagnostic';
import { ConflictDialog } from './conflict-dialog';
import { forgetDrafts } from './draft-storage';
import { EditorPane } from './editor-pane';
import type { AskedVariable } from './environment/environment-pane';
import type { SecretActions } from './environment/secret-actions';
import type { EvaluatorActions } from './evaluator/evaluator-actions';
import { fixer } from './fixer';
import type { InspectorTab } from './inspector';
import type { LifeActions } from './life/life-actions';
import { type Disk, useDisk } from './life/use-disk';
import { useStudioLife } from './life/use-studio-life';
import { backendTitle } from './plan-facts';
import type { RecipeView } from '@/lib/api-client/recipe-urls';
import { findRow } from './resolved-rows';
import type { StudioActions } from './studio-actions';
import type { StudioData } from './studio-data';
import { StudioFiles } from './studio-files';
import { StudioInspector } from './studio-inspector';
import { StudioLaunch } from './studio-launch';
import { type StudioPane, StudioPanes } from './studio-panes';
import { dirtyPaths } from './studio-state';
import { StudioToolbar } from './studio-toolbar';
import { type LivePreview, type PreviewClient, usePreview } from './use-preview';
import { type StudioEnvironment, useEnvironment } from './use-environment';
import { type Save, useSave } from './use-save';
import { useLinkedKey } from './use-linked-key';
import { useSideTexts } from './use-side-texts';
import { type Studio, useStudio } from './use-studio';
import { stateOf } from './variant-state';

export type RecipeStudioProps = {
  readonly data: StudioData;
  readonly view: RecipeView;
  readonly actions: StudioActions;
  readonly evaluatorActions: EvaluatorActions;
  readonly lifeActions: LifeActions;
  readonly secretActions: SecretActions;
};

/** Edits the layers of one recipe, with what they come to always in view, and launches a variant. */
export function RecipeStudio(props: RecipeStudioProps) {
  const { view, actions, secretActions } = props;
  const studio = useStudio(props.data, view, actions);
  const { state } = studio;
  const { data, disk } = useLiveData(props.data, studio);
  const sideTexts = useSideTexts(data.entries);
  const environment = useEnvironment(data, { files: state.files, sideTexts, actions: secretActions });
  const client = usePreviews(data, studio, { environment, sideTexts });
  const { format, save } = useSave(studio, client);
  const preview = state.variant === null ? undefined : client.previews[state.variant];
  const rows = preview?.lastRows ?? [];
  const shown = useStudioView(studio, rows);
  useLinkedKey(view.key, rows, shown.showKey);
  const onFix = fixer(studio, { environment, onGiveValue: shown.giveValue, ask: client.ask });
  const life = useStudioLife({
    data,
    studio,
    disk,
    env: environment.env,
    save,
    actions: props.lifeActions,
    onShow: shown.showKey,
  });
  const entry = data.variants.find(({ name }) => name === state.variant)?.entry;
  return (
    <div className="flex h-[calc(100dvh-44px)] min-h-0 flex-col">
      <StudioHead
        data={data}
        studio={studio}
        previews={client.previews}
        backend={backendTitle(rows)}
        format={format}
        onSave={() => void life.save(dirtyPaths(studio.latest()))}
        onLaunch={() => shown.launch(true)}
      />
      <StudioPanes
        pane={shown.pane}
        onPane={shown.setPane}
        problems={preview?.diagnostics.length ?? 0}
        files={
          <StudioFiles
            data={data}
            studio={studio}
            life={life}
            previews={client.previews}
            onOpened={() => shown.setPane('editor')}
          />
        }
        editor={
          <EditorPane
            studio={studio}
            data={data}
            preview={preview}
            client={client}
            sideTexts={sideTexts}
            onSave={life.save}
            radius={life.radius}
            onRadius={() => showRadius(life, shown)}
            onLaunch={() => shown.launch(true)}
            onCursor={shown.setCursorPath}
            onMend={onFix}
            onGiveValue={shown.giveValue}
          />
        }
        resolved={
          <StudioInspector
            studio={studio}
            recipe={data.recipe}
            entry={entry}
            preview={preview}
            configPath={shown.cursorPath}
            evaluatorActions={props.evaluatorActions}
            environment={environment}
            diff={life.diff}
            history={life.history}
            tab={shown.tab}
            onTab={shown.setTab}
            onJump={shown.jump}
            onShowKey={shown.showKey}
            onFix={onFix}
            asked={shown.asked}
          />
        }
      />
      <StudioConflict studio={studio} />
      {shown.isLaunching && entry !== undefined ? (
        <StudioLaunch
          studio={studio}
          recipe={data.recipe}
          entry={entry}
          rows={rows}
          actions={actions}
          onSave={() => life.save(dirtyPaths(studio.latest()))}
          onShowKey={shown.showKey}
          onClose={() => shown.launch(false)}
        />
      ) : null}
    </div>
  );
}

/** What the page began with, as it lies on the disk by now. */
function useLiveData(data: StudioData, studio: Studio): { readonly data: StudioData; readonly disk: Disk } {
  const disk = useDisk(data.recipe, studio);
  const entries = disk.state?.entries ?? data.entries;
  return { data: { ...data, variants: studio.variants, entries }, disk };
}

function showRadius(life: ReturnType<typeof useStudioLife>, view: StudioView): void {
  life.showRadius();
  view.setTab('diff');
}

type StudioView = ReturnType<typeof useStudioView>;

/** What of the studio is in front: on the address is only what a link should carry. */
function useStudioView(studio: Studio, rows: LivePreview['lastRows']) {
  const [pane, setPane] = useState<StudioPane>('editor');
  const [tab, setTab] = useState<InspectorTab>(studio.state.variant === null ? 'readme' : 'resolved');
  const [cursorPath, setCursorPath] = useState<string | null>(null);
  const [asked, setAsked] = useState<AskedVariable | null>(null);
  const [isLaunching, launch] = useState(false);
  function jump(range: SourceRange): void {
    studio.open(range.file, range);
    setPane('editor');
  }
  function showKey(path: string): void {
    const source = findRow(rows, path)?.provenance?.source;
    launch(false);
    if (source) jump(source);
  }
  function showTab(shownTab: InspectorTab, variable: AskedVariable | null = null): void {
    setAsked(variable);
    setTab(shownTab);
    setPane('resolved');
  }
  return {
    pane,
    setPane,
    tab,
    setTab: showTab,
    cursorPath,
    setCursorPath,
    isLaunching,
    launch,
    jump,
    showKey,
    asked,
    giveValue: (name: string) => showTab('environment', { name }),
  };
}

function StudioHead(props: {
  data: StudioData;
  studio: Studio;
  previews: PreviewClient['previews'];
  backend: string | null;
  format: Save['format'];
  onSave: () => void;
  onLaunch: () => void;
}) {
  const { data, studio } = props;
  const { state, dispatch } = studio;
  const setVariant = useStable((variant: string) => dispatch({ kind: 'variant', variant }));
  const setOverrides = useStable((text: string) => dispatch({ kind: 'overrides', text }));
  const setFormatting = useStable(props.format.set);
  const save = useStable(props.onSave);
  const launch = useStable(props.onLaunch);
  return (
    <StudioToolbar
      title={data.title}
      variants={data.variants.map(({ name }) => ({ name, state: stateOf(props.previews[name]) }))}
      variant={state.variant}
      backend={props.backend}
      overrides={state.overrides}
      dirtyCount={dirtyPaths(state).length}
      isSaving={studio.isSaving}
      onVariant={setVariant}
      onOverrides={setOverrides}
      isFormatting={props.format.isOn}
      onFormatting={setFormatting}
      onSave={save}
      onLaunch={launch}
    />
  );
}

function StudioConflict({ studio: { state, dispatch, keepMine } }: { studio: Studio }) {
  return (
    <ConflictDialog
      state={state}
      onKeepMine={keepMine}
      onSettle={(text) => dispatch({ kind: 'settled', text })}
      onTakeTheirs={() => {
        if (state.conflict?.theirs === null) forgetDrafts(localStorage, state.conflict.path);
        dispatch({ kind: 'took-theirs' });
      }}
      onLater={() => dispatch({ kind: 'put-off' })}
    />
  );
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
    newestFiles: studio.newestFiles,
    others: facts.sideTexts,
    paths: data.entries.map(({ path }) => path),
    env: facts.environment.env,
    scripts: data.scripts,
    previewValues: facts.environment.previewValues,
    overrides: state.overrides,
    variants: names
      .map((name) => `${name}\t${data.variants.find((variant) => variant.name === name)?.entry ?? ''}`)
      .join('\n'),
    settle: studio.settle,
  });
}
