'use client';

import { MoreHorizontalIcon, PlusIcon } from 'lucide-react';
import { memo, useState } from 'react';
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu';
import type { GitState } from '@/lib/recipe-files/git-state';
import { isSameData } from '@/lib/shared/same-data';
import { DeletedDialog } from './deleted-dialog';
import type { LifeActions } from './life-actions';
import type { EntryVerb } from './use-entry-actions';

export type TreeHeadProps = {
  readonly recipe: string;
  readonly git: GitState | null;
  readonly onEntry: (verb: EntryVerb, path: string) => void;
  readonly restore: LifeActions['restore'];
  readonly onChanged: () => void;
};

/** Above the files: what can be added, what can be brought back, and where git stands. */
export const TreeHead = memo(function TreeHead({ recipe, git, onEntry, restore, onChanged }: TreeHeadProps) {
  const [isDeletedOpen, setIsDeletedOpen] = useState(false);
  return (
    <div className="flex h-9 shrink-0 items-center gap-2 border-b pr-1 pl-2.5">
      {git === null ? (
        <span className="truncate font-mono text-sm text-muted">{recipe}</span>
      ) : (
        <span className="truncate font-mono text-sm text-muted" title={gitText(git)}>
          ⎇ {git.branch ?? 'detached'} {git.commit ?? ''}
        </span>
      )}
      <DropdownMenu>
        <DropdownMenuTrigger
          className="ml-auto flex h-7 items-center gap-1 rounded-button px-2 text-muted hover:bg-hover hover:text-ink"
          aria-label="New or restore"
        >
          <PlusIcon aria-hidden className="size-3.5" /> New
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end">
          <DropdownMenuItem onSelect={() => onEntry('newFile', recipe)}>New file…</DropdownMenuItem>
          <DropdownMenuItem onSelect={() => onEntry('newFolder', recipe)}>New folder…</DropdownMenuItem>
          <DropdownMenuItem onSelect={() => setIsDeletedOpen(true)}>Deleted lately…</DropdownMenuItem>
          <DropdownMenuItem asChild>
            <a href={`/api/recipes/export?recipe=${encodeURIComponent(recipe)}`} download>
              Export as zip
            </a>
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      {isDeletedOpen ? (
        <DeletedDialog
          within={recipe}
          restore={restore}
          onClose={() => setIsDeletedOpen(false)}
          onRestored={onChanged}
        />
      ) : null}
    </div>
  );
}, isSameData);

function gitText({ branch, commit, ahead, behind, marks }: GitState): string {
  const count = Object.keys(marks).length;
  const distance = ahead === null || behind === null ? '' : `, ${ahead} ahead and ${behind} behind`;
  return `Branch ${branch ?? '(detached)'} at ${commit ?? 'no commit yet'}${distance}; ${count} not committed in the recipes folder.`;
}

/** What can be done with one file or folder. */
export function EntryMenu({
  path,
  kind,
  onEntry,
}: {
  path: string;
  kind: 'file' | 'folder';
  onEntry: TreeHeadProps['onEntry'];
}) {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return (
    <DropdownMenu>
      <DropdownMenuTrigger
        aria-label={`Actions for ${name}`}
        className="grid size-6 shrink-0 place-items-center rounded-chip text-muted opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 hover:bg-hover hover:text-ink data-[state=open]:opacity-100 pointer-coarse:opacity-100"
      >
        <MoreHorizontalIcon aria-hidden className="size-3.5" />
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end">
        {kind === 'folder' ? (
          <>
            <DropdownMenuItem onSelect={() => onEntry('newFile', path)}>New file here…</DropdownMenuItem>
            <DropdownMenuItem onSelect={() => onEntry('newFolder', path)}>New folder here…</DropdownMenuItem>
          </>
        ) : null}
        <DropdownMenuItem onSelect={() => onEntry('rename', path)}>Rename or move…</DropdownMenuItem>
        <DropdownMenuItem onSelect={() => onEntry('duplicate', path)}>Duplicate…</DropdownMenuItem>
        <DropdownMenuItem onSelect={() => onEntry('remove', path)}>Delete</DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
