'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useStable } from '@/components/ui/use-stable';
import type { EnvironmentView } from '../preview';
import type { StudioData } from '../studio-data';
import { currentText, dirtyPaths } from '../studio-state';
import type { Save } from '../use-save';
import { useSaveKeys } from '../use-save-keys';
import type { Studio } from '../use-studio';
import { DiffPane } from './diff-pane';
import type { LifeActions } from './life-actions';
import { HistoryPane } from './history-pane';
import { NameDialog, type NameQuestion } from '@/components/ui/name-dialog';
import { radiusText } from './radius-text';
import { TreeHead } from './tree-menu';
import { useComparison } from './use-comparison';
import { type DiffMode, useDiffQuestion } from './use-diff';
import type { Disk } from './use-disk';
import { type EntryVerb, useEntryActions } from './use-entry-actions';

type StudioLifeInput = {
  readonly data: StudioData;
  readonly studio: Studio;
  readonly disk: Disk;
  readonly env: EnvironmentView;
  readonly save: Save['save'];
  readonly actions: LifeActions;
  /** Shows the place that sets a config path. */
  readonly onShow: (path: string) => void;
};

/** The recipe as files in time: what lies on disk, what was, what edits change. */
export function useStudioLife({ data, studio, disk, env, save, actions, onShow }: StudioLifeInput) {
  const { state, dispatch } = studio;
  const { scripts } = data;
  const client = useQueryClient();
  const [mode, setMode] = useState<DiffMode>('parent');
  const [question, setQuestion] = useState<NameQuestion | null>(null);
  const unsaved = useComparison(
    useDiffQuestion({ recipe: data.recipe, state, env, scripts, mode: 'unsaved' }).question,
  );
  const chosen = useDiffQuestion({ recipe: data.recipe, state, env, scripts, mode });
  const comparison = useComparison(mode === 'unsaved' ? null : chosen.question);
  const router = useRouter();
  const refresh = useStable(() => {
    void client.invalidateQueries({ queryKey: ['recipe-state', data.recipe] });
    router.refresh();
  });
  const entryActions = useEntryActions({
    recipe: data.recipe,
    actions,
    open: studio.open,
    dispatch,
    during: disk.during,
    onChanged: refresh,
  });
  const onEntry = useStable((verb: EntryVerb, path: string) => entryActions[verb](path));
  const dirty = dirtyPaths(state);
  useSaveKeys({
    save: () => void save(dirtyPaths(studio.latest())),
    saveWithMessage: () => {
      const paths = dirtyPaths(studio.latest());
      if (paths.length > 0) setQuestion(messageQuestion(paths, save));
    },
  });
  const file = state.active === null ? undefined : state.files[state.active];
  const git = disk.state?.git ?? null;

  return {
    onEntry,
    marks: git?.marks ?? {},
    radius: radiusText(unsaved),
    showRadius: () => setMode('unsaved'),
    save,
    head: (
      <>
        <TreeHead
          recipe={data.recipe}
          git={git}
          onEntry={onEntry}
          restore={actions.restore}
          onChanged={refresh}
        />
        {entryActions.question === null ? null : (
          <NameDialog
            key={entryActions.question.title}
            question={entryActions.question}
            onClose={entryActions.close}
          />
        )}
        {question === null ? null : <NameDialog question={question} onClose={() => setQuestion(null)} />}
      </>
    ),
    diff: (
      <DiffPane
        mode={mode}
        onMode={setMode}
        variant={state.variant}
        others={data.variants.map(({ name }) => name).filter((name) => name !== state.variant)}
        comparison={mode === 'unsaved' ? unsaved : comparison}
        run={chosen.run}
        hasUnsaved={dirty.length > 0}
        onShow={onShow}
      />
    ),
    history: (
      <HistoryPane
        recipe={data.recipe}
        stamp={disk.stamp}
        file={state.active}
        text={file === undefined ? '' : currentText(file)}
        unsaved={dirty.length}
        onSave={(message) => save(dirty, message)}
        onRestore={(path, text) => dispatch({ kind: 'replaced', path, text })}
        onOpen={studio.open}
        name={actions.nameVersion}
        restoreRecipe={actions.restoreVersion}
      />
    ),
  };
}

function messageQuestion(paths: readonly string[], save: Save['save']): NameQuestion {
  return {
    title: 'Save with a message',
    about: `${paths.length === 1 ? paths.join('') : `${paths.length} files`}: the message stands beside the version in History.`,
    label: 'Message of this version',
    initial: '',
    action: 'Save',
    isProse: true,
    submit: async (message) =>
      (await save(paths, message)) ? null : 'It was not saved. What hindered it stands behind this window.',
  };
}
