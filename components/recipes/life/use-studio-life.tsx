'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { RecipeEntry } from '@/lib/recipe-files/walk';
import type { EnvironmentView } from '../preview';
import type { StudioData } from '../studio-data';
import { currentText, dirtyPaths } from '../studio-state';
import type { Save } from '../use-save';
import type { Studio } from '../use-studio';
import { DiffPane } from './diff-pane';
import type { LifeActions } from './life-actions';
import { HistoryPane } from './history-pane';
import { radiusText } from './radius-text';
import { TreeHead } from './tree-menu';
import { useComparison } from './use-comparison';
import { type DiffMode, useDiffQuestion } from './use-diff';
import { useDisk } from './use-disk';
import { useEntryActions } from './use-entry-actions';

type StudioLifeInput = {
  readonly data: StudioData;
  readonly studio: Studio;
  readonly env: EnvironmentView;
  readonly save: Save['save'];
  readonly actions: LifeActions;
  /** Shows the place that sets a config path. */
  readonly onShow: (path: string) => void;
};

/** The recipe as files in time: what lies on disk, what was, what edits change. */
export function useStudioLife({ data, studio, env, save, actions, onShow }: StudioLifeInput) {
  const { state, dispatch } = studio;
  const { scripts } = data;
  const client = useQueryClient();
  const disk = useDisk(data.recipe, state, dispatch);
  const [mode, setMode] = useState<DiffMode>('parent');
  const [message, setMessage] = useState('');
  const unsaved = useComparison(
    useDiffQuestion({ recipe: data.recipe, state, env, scripts, mode: 'unsaved' }).question,
  );
  const chosen = useDiffQuestion({ recipe: data.recipe, state, env, scripts, mode });
  const comparison = useComparison(mode === 'unsaved' ? null : chosen.question);
  const router = useRouter();
  const refresh = () => {
    void client.invalidateQueries({ queryKey: ['recipe-state', data.recipe] });
    router.refresh();
  };
  const entryActions = useEntryActions({
    recipe: data.recipe,
    actions,
    open: studio.open,
    onChanged: refresh,
  });
  const entries: readonly RecipeEntry[] = disk.state?.entries ?? data.entries;
  const file = state.active === null ? undefined : state.files[state.active];
  const git = disk.state?.git ?? null;

  return {
    entries,
    entryActions,
    marks: git?.marks ?? {},
    radius: radiusText(unsaved),
    showRadius: () => setMode('unsaved'),
    /** Saves with the message that was typed, which is then used up. */
    save: async (paths: readonly string[]) => {
      const isSaved = await save(paths, message);
      if (isSaved) setMessage('');
      return isSaved;
    },
    head: (
      <TreeHead
        recipe={data.recipe}
        git={git}
        entryActions={entryActions}
        restore={actions.restore}
        onChanged={refresh}
      />
    ),
    diff: (
      <DiffPane
        mode={mode}
        onMode={setMode}
        variant={state.variant}
        others={data.variants.map(({ name }) => name).filter((name) => name !== state.variant)}
        comparison={mode === 'unsaved' ? unsaved : comparison}
        run={chosen.run}
        hasUnsaved={dirtyPaths(state).length > 0}
        onShow={onShow}
      />
    ),
    history: (
      <HistoryPane
        key={state.active}
        recipe={data.recipe}
        stamp={disk.stamp}
        file={state.active}
        text={file === undefined ? '' : currentText(file)}
        message={message}
        onMessage={setMessage}
        onRestore={(path, text) => dispatch({ kind: 'replaced', path, text })}
        name={actions.nameVersion}
      />
    ),
  };
}
