'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toast } from 'sonner';
import { Button } from '@/components/ui/button';
import { callAction } from '@/components/ui/call-action';
import { Dialog, DialogContent, DialogTitle } from '@/components/ui/dialog';
import { Input } from '@/components/ui/input';
import { useNow } from '@/components/ui/use-now';
import {
  recipeHistoryQuery,
  type RecipeVersionItem,
  versionTextQuery,
} from '@/lib/api-client/recipe-history';
import { DiffView } from '../editor/diff-view';
import { timeAgo } from '../time-ago';
import type { LifeActions } from './life-actions';

export type HistoryPaneProps = {
  readonly recipe: string;
  readonly stamp: string | null;
  /** File in front, from the recipes root. */
  readonly file: string | null;
  readonly text: string;
  readonly message: string;
  readonly onMessage: (message: string) => void;
  readonly onRestore: (path: string, text: string) => void;
  readonly name: LifeActions['nameVersion'];
};

type Step = { readonly version: RecipeVersionItem; readonly path: string | null };

/** What the recipe, or the file in front, was: each save and each change of the folder. */
export function HistoryPane(props: HistoryPaneProps) {
  const { recipe, stamp, file, message, onMessage } = props;
  const [scope, setScope] = useState<'file' | 'recipe'>('file');
  const versions = useQuery(recipeHistoryQuery(recipe, stamp));
  const inside = file?.startsWith(`${recipe}/`) === true ? file.slice(recipe.length + 1) : null;
  const steps = stepsOf(versions.data ?? [], scope === 'file' ? inside : null);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex shrink-0 flex-col gap-2 border-b px-3 py-2">
        <Input
          value={message}
          onChange={(event) => onMessage(event.target.value)}
          placeholder="Message of the next save"
          aria-label="Message of the next save"
          maxLength={500}
        />
        <div role="radiogroup" aria-label="History of" className="flex gap-3 text-sm">
          {(['file', 'recipe'] as const).map((value) => (
            <label key={value} className="flex items-center gap-1.5">
              <input
                type="radio"
                name="history-scope"
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

function VersionStep({ step, recipe, file, text, onRestore, name }: HistoryPaneProps & { step: Step }) {
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
  async function giveName(): Promise<void> {
    const given = window.prompt(
      'Name of this version (a named version is kept for good)',
      version.name ?? '',
    );
    if (given === null) return;
    const outcome = await callAction(name, { recipe, id: version.id, name: given });
    if (!outcome.ok) toast.error(outcome.error.message);
    else await client.invalidateQueries({ queryKey: ['recipe-history', recipe] });
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
      <p className="text-sm text-muted">{filesText(version)}</p>
      <div className="mt-1 flex gap-3">
        {hasText && file !== null ? (
          <>
            <Button variant="link" size="inline" onClick={() => void withText(setOld)}>
              Compare with now
            </Button>
            <Button
              variant="link"
              size="inline"
              onClick={() => void withText((found) => onRestore(file, found))}
            >
              Restore as a draft
            </Button>
          </>
        ) : null}
        <Button variant="link" size="inline" onClick={() => void giveName()}>
          Name…
        </Button>
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

const WORDS: Record<RecipeVersionItem['kind'], string> = {
  found: 'As it was on the disk',
  saved: 'Saved',
  created: 'Created',
  renamed: 'Renamed',
  deleted: 'Deleted',
  restored: 'Restored',
  imported: 'Imported',
  duplicated: 'Duplicated',
};

function filesText({ files, kind, message }: RecipeVersionItem): string {
  const word = message === null ? '' : `${WORDS[kind].toLowerCase()}: `;
  const names = files.slice(0, 3).map(({ path, from }) => (from === null ? path : `${from} → ${path}`));
  return word + names.join(', ') + (files.length > 3 ? ` and ${files.length - 3} more` : '');
}

/** Versions of one file are followed back through its renames. */
function stepsOf(versions: readonly RecipeVersionItem[], file: string | null): readonly Step[] {
  if (file === null) return versions.map((version) => ({ version, path: null }));
  let name = file;
  return versions.flatMap((version) => {
    const found = version.files.find(({ path }) => path === name);
    if (found === undefined) return [];
    const step = { version, path: name };
    name = found.from ?? name;
    return [step];
  });
}
