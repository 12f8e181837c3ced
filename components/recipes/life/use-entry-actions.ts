'use client';

import { useState } from 'react';
import { toast } from 'sonner';
import { callAction } from '@/components/ui/call-action';
import type { ActionError } from '@/lib/shared/app-error';
import type { Result } from '@/lib/shared/result';
import { moveDrafts } from '../draft-storage';
import type { StudioAction } from '../studio-state';
import type { LifeActions } from './life-actions';
import type { NameQuestion } from '@/components/ui/name-dialog';
import { undoToast } from './undo-toast';
import type { Disk } from './use-disk';

/** What can be done with a file or folder, or within a folder. */
export type EntryVerb = 'newFile' | 'newFolder' | 'rename' | 'duplicate' | 'remove';

export type EntryActions = Readonly<Record<EntryVerb, (path: string) => void>> & {
  readonly question: NameQuestion | null;
  readonly close: () => void;
};

type EntryTools = {
  readonly recipe: string;
  readonly actions: LifeActions;
  readonly open: (path: string) => void;
  readonly dispatch: (action: StudioAction) => void;
  /** Does a change without the disk being followed meanwhile. */
  readonly during: Disk['during'];
  readonly onChanged: () => void;
};

/** Changes of files and folders, asked for by name. Paths in questions are from the recipe's folder. */
export function useEntryActions(tools: EntryTools): EntryActions {
  const { recipe, actions, open, during, onChanged } = tools;
  const [question, setQuestion] = useState<NameQuestion | null>(null);
  const inside = (path: string) => path.slice(recipe.length + 1);
  const prefix = (folder: string) => (folder === recipe ? '' : `${inside(folder)}/`);

  function ask(
    words: Omit<NameQuestion, 'submit'>,
    run: (path: string) => Promise<Result<unknown, ActionError>>,
  ): void {
    setQuestion({
      ...words,
      submit: async (name) => {
        const outcome = await during(() => run(`${recipe}/${name}`));
        onChanged();
        return outcome.ok ? null : outcome.error.message;
      },
    });
  }

  return {
    question,
    close: () => setQuestion(null),
    newFile: (folder) =>
      ask(
        {
          title: 'New file',
          about: `A path within ${recipe}, such as agent_workspace/tools/Search.yaml.`,
          initial: prefix(folder),
          action: 'Create',
        },
        async (path) => {
          const outcome = await callAction(actions.createFile, { path });
          if (outcome.ok) open(path);
          return outcome;
        },
      ),
    newFolder: (folder) =>
      ask(
        { title: 'New folder', about: `A path within ${recipe}.`, initial: prefix(folder), action: 'Create' },
        (path) => callAction(actions.createFolder, { path }),
      ),
    rename: (from) =>
      ask(
        {
          title: `Rename or move ${inside(from)}`,
          about: 'Its history goes with it. Layers that name it do not change by themselves.',
          initial: inside(from),
          action: 'Rename',
        },
        (to) => move(tools, from, to),
      ),
    duplicate: (from) =>
      ask(
        {
          title: `Duplicate ${inside(from)}`,
          about: 'The path of the copy.',
          initial: copyName(inside(from)),
          action: 'Duplicate',
        },
        (to) => callAction(actions.duplicate, { from, to }),
      ),
    remove: (path) => {
      void remove(tools, path);
    },
  };
}

async function move({ actions, dispatch }: EntryTools, from: string, to: string) {
  const outcome = await callAction(actions.rename, { from, to });
  if (!outcome.ok) return outcome;
  dispatch({ kind: 'moved', from, to });
  moveDrafts(localStorage, from, to);
  return outcome;
}

async function remove({ actions, dispatch, during, onChanged }: EntryTools, path: string): Promise<void> {
  const outcome = await during(async () => {
    const removed = await callAction(actions.remove, { path });
    // A draft stays in the browser's storage, for the case that the file comes back.
    if (removed.ok) dispatch({ kind: 'removed', path });
    return removed;
  });
  onChanged();
  if (outcome.ok) undoToast(outcome.value, actions.restore, onChanged);
  else toast.error(outcome.error.message);
}

function copyName(path: string): string {
  const dot = path.lastIndexOf('.');
  return dot > path.lastIndexOf('/') + 1 ? `${path.slice(0, dot)}_copy${path.slice(dot)}` : `${path}_copy`;
}
