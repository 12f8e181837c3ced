'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Fragment, type SyntheticEvent, useState } from 'react';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { callAction } from '@/components/ui/call-action';
import { Dialog, DialogContent, DialogTitle } from '@/components/ui/dialog';
import { Input } from '@/components/ui/input';
import { useNow } from '@/components/ui/use-now';
import { recipeHistoryQuery, versionTextQuery } from '@/lib/api-client/recipe-history';
import { type RecipeVersion, versionsOfFile } from '@/lib/domain/recipe-version';
import { secretRanges } from '@/lib/recipes/environment/without-secrets';
import { DiffView } from '../editor/diff-view';
import { timeAgo } from '../time-ago';
import type { LifeActions } from './life-actions';
import { NameDialog } from '@/components/ui/name-dialog';
import { RestoreDialog } from './restore-dialog';

export type HistoryPaneProps = {
  readonly recipe: string;
  readonly stamp: string | null;
  /** File in front, from the recipes root. */
  readonly file: string | null;
  readonly text: string;
  /** How many files have unsaved changes. */
  readonly unsaved: number;
  /** Answers whether all was saved. */
  readonly onSave: (message: string) => Promise<boolean>;
  readonly onRestore: (path: string, text: string) => void;
  readonly onOpen: (path: string) => void;
  readonly name: LifeActions['nameVersion'];
  /** Of the whole recipe. */
  readonly restoreRecipe: LifeActions['restoreVersion'];
};

const UNDO_MS = 12_000;
const SHOWN_FILES = 3;

type Step = { readonly version: RecipeVersion; readonly path: string | null };

/** What the recipe, or the file in front, was: each save and each change of the folder. */
export function HistoryPane(props: HistoryPaneProps) {
  const { recipe, stamp, file } = props;
  const [scope, setScope] = useState<'file' | 'recipe'>('file');
  const versions = useQuery(recipeHistoryQuery(recipe, stamp));
  const inside = file?.startsWith(`${recipe}/`) === true ? file.slice(recipe.length + 1) : null;
  const steps = stepsOf(versions.data ?? [], scope === 'file' ? inside : null);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex shrink-0 flex-col gap-2 border-b px-3 py-2">
        <SaveForm unsaved={props.unsaved} onSave={props.onSave} />
        <div role="radiogroup" aria-label="History of" className="flex gap-3 text-sm">
          {(['file', 'recipe'] as const).map((value) => (
            <label key={value} className="flex items-center gap-1.5">
              <input
                type="radio"
                name="history-scope"
                className="accent-accent"
                checked={scope === value}
                onChange={() => setScope(value)}
              />
              {value === 'file' ? (inside ?? 'this file') : 'the whole recipe'}
            </label>
          ))}
        </div>
      </div>
      <ul aria-label="Versions" className="min-h-0 flex-1 overflow-auto">
        {steps.map((step) => (
          <li key={step.version.id} className="border-b px-3 py-2">
            <VersionStep {...props} step={step} />
          </li>
        ))}
        {steps.length === 0 ? (
          <li className="p-4 text-muted">
            {versions.isPending
              ? 'Reading…'
              : 'No version yet: each save makes one, and the newest 300 are kept.'}
          </li>
        ) : null}
      </ul>
    </div>
  );
}

function VersionStep(props: HistoryPaneProps & { step: Step }) {
  const { step, recipe, file, text, onRestore, onOpen } = props;
  const { version, path } = step;
  const client = useQueryClient();
  const now = useNow();
  const [old, setOld] = useState<string | null>(null);
  const hasText = path !== null && version.files.some((one) => one.path === path && one.content === 'text');

  async function withText(show: (text: string) => void): Promise<void> {
    if (path === null) return;
    try {
      show(await client.query(versionTextQuery(recipe, version.id, path)));
    } catch (error) {
      toast.error(error instanceof Error ? error.message : 'This version could not be read.');
    }
  }
  function restore(found: string): void {
    if (file === null) return;
    if (secretRanges(file, text).length > 0) {
      toast.error(wouldLoseSecret(file), { duration: UNDO_MS });
      return;
    }
    onRestore(file, found);
    toast.success(`${file} is as it was ${timeAgo(version.time, new Date().toISOString())}, not saved yet.`, {
      duration: UNDO_MS,
      action: { label: 'Undo', onClick: () => onRestore(file, text) },
    });
  }
  return (
    <>
      <p className="flex flex-wrap items-baseline gap-x-2">
        <span className="font-medium">{version.message ?? WORDS[version.kind]}</span>
        {version.name === null ? null : (
          <span className="rounded-chip border px-1.5 text-sm">{version.name}</span>
        )}
        <time dateTime={version.time} title={version.time} className="ml-auto text-sm text-muted">
          {timeAgo(version.time, new Date(now ?? version.time).toISOString())}
        </time>
      </p>
      <FilesLine version={version} recipe={recipe} onOpen={path === null ? onOpen : null} />
      <div className="mt-1 flex gap-3">
        {hasText && file !== null ? (
          <>
            <Button variant="link" size="inline" onClick={() => void withText(setOld)}>
              Compare with now
            </Button>
            <Button variant="link" size="inline" onClick={() => void withText(restore)}>
              Restore as a draft
            </Button>
          </>
        ) : null}
        {path === null ? <RestoreRecipe {...props} version={version} /> : null}
        <NameVersion {...props} version={version} />
      </div>
      <Dialog open={old !== null} onOpenChange={() => setOld(null)}>
        <DialogContent className="max-w-5xl" aria-describedby={undefined}>
          <DialogTitle>{path}: then and now</DialogTitle>
          {old === null || file === null ? null : (
            <DiffView path={file} original={old} modified={text} titles={['Then', 'Now']} />
          )}
        </DialogContent>
      </Dialog>
    </>
  );
}

type OneVersion = Pick<HistoryPaneProps, 'recipe'> & { readonly version: RecipeVersion };

function RestoreRecipe({
  recipe,
  version,
  unsaved,
  restoreRecipe,
}: OneVersion & Pick<HistoryPaneProps, 'unsaved' | 'restoreRecipe'>) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button variant="link" size="inline" onClick={() => setIsOpen(true)}>
        Restore the recipe…
      </Button>
      {isOpen ? (
        <RestoreDialog
          recipe={recipe}
          version={version}
          unsaved={unsaved}
          restore={restoreRecipe}
          onClose={() => setIsOpen(false)}
        />
      ) : null}
    </>
  );
}

function NameVersion({ recipe, version, name }: OneVersion & Pick<HistoryPaneProps, 'name'>) {
  const client = useQueryClient();
  const [isOpen, setIsOpen] = useState(false);
  async function submit(given: string): Promise<string | null> {
    const outcome = await callAction(name, { recipe, id: version.id, name: given });
    if (!outcome.ok) return outcome.error.message;
    await client.invalidateQueries({ queryKey: ['recipe-history', recipe] });
    return null;
  }
  return (
    <>
      <Button variant="link" size="inline" onClick={() => setIsOpen(true)}>
        Name…
      </Button>
      {isOpen ? (
        <NameDialog
          question={{
            title: 'Name this version',
            about:
              'A version with a name is kept for good. Without one it goes when 300 newer ones are there.',
            label: 'Name of this version',
            initial: version.name ?? '',
            action: 'Name',
            isProse: true,
            submit,
          }}
          onClose={() => setIsOpen(false)}
        />
      ) : null}
    </>
  );
}

function wouldLoseSecret(file: string): string {
  return `${file} has a secret in clear, and versions keep none: restoring one would lose it. Put the secret into the store first, as its problem offers, and try again.`;
}

const WORDS: Record<RecipeVersion['kind'], string> = {
  found: 'As it was on the disk',
  saved: 'Saved',
  created: 'Created',
  renamed: 'Renamed',
  deleted: 'Deleted',
  restored: 'Restored',
  imported: 'Imported',
  duplicated: 'Duplicated',
};

/** The files of a version; in the history of the recipe each leads to its own history. */
function FilesLine(props: {
  version: RecipeVersion;
  recipe: string;
  onOpen: ((path: string) => void) | null;
}) {
  const { version, recipe, onOpen } = props;
  const { files, kind, message } = version;
  const shown = files.slice(0, SHOWN_FILES);
  return (
    <p className="text-sm text-muted">
      {message === null ? '' : `${WORDS[kind].toLowerCase()}: `}
      {shown.map(({ path, from, content }, index) => (
        <Fragment key={path}>
          {index === 0 ? '' : ', '}
          {from === null ? '' : `${from} → `}
          {onOpen === null || content !== 'text' ? (
            path
          ) : (
            <Button variant="link" size="inline" onClick={() => onOpen(`${recipe}/${path}`)}>
              {path}
            </Button>
          )}
        </Fragment>
      ))}
      {files.length > shown.length ? ` and ${files.length - shown.length} more` : ''}
    </p>
  );
}

/** Saves everything that is unsaved; without a message it is what Ctrl+S does. */
function SaveForm({ unsaved, onSave }: Pick<HistoryPaneProps, 'unsaved' | 'onSave'>) {
  const [message, setMessage] = useState('');
  async function submit(event: SyntheticEvent): Promise<void> {
    event.preventDefault();
    if (await onSave(message.trim())) setMessage('');
  }
  return (
    <form className="flex gap-2" onSubmit={(event) => void submit(event)}>
      <Input
        value={message}
        onChange={(event) => setMessage(event.target.value)}
        placeholder={unsaved === 0 ? 'Nothing is unsaved' : 'What this version is about'}
        aria-label="Message of this version"
        maxLength={200}
      />
      <Button type="submit" disabled={unsaved === 0} className="shrink-0">
        Save version
      </Button>
    </form>
  );
}

/** Versions of one file are followed back through its renames. */
function stepsOf(versions: readonly RecipeVersion[], file: string | null): readonly Step[] {
  if (file === null) return versions.map((version) => ({ version, path: null }));
  return versionsOfFile(versions, file);
}
