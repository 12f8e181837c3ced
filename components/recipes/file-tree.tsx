'use client';

import { ChevronRightIcon } from 'lucide-react';
import { memo, useState } from 'react';
import { cn } from '@/components/ui/cn';
import type { RecipeEntry } from '@/lib/recipe-files/walk';
import { isSameData } from '@/lib/shared/same-data';
import { isEditable } from './editor/editor-language';
import type { GitMark } from '@/lib/recipe-files/git-state';
import { LayerChip } from './layer-chip';
import { layerOf } from './layer-of';
import { EntryMenu } from './life/tree-menu';
import type { EntryVerb } from './life/use-entry-actions';
import { StateMark } from './state-mark';
import type { VariantState } from './variant-state';

export type FileTreeProps = {
  readonly recipe: string;
  readonly entries: readonly RecipeEntry[];
  readonly active: string | null;
  readonly dirty: readonly string[];
  /** Of the layers that can be launched, by path. */
  readonly states: Readonly<Record<string, VariantState | undefined>>;
  readonly onOpen: (path: string) => void;
  readonly onEntry: (verb: EntryVerb, path: string) => void;
  /** What git says, by path. */
  readonly marks: Readonly<Record<string, GitMark>>;
};

/** Its functions have to be the same from one drawing to the next: it is drawn anew only when it shows something else. */
export const FileTree = memo(function FileTree(props: FileTreeProps) {
  const { recipe, entries } = props;
  return (
    <nav aria-label="Files of the recipe" className="min-h-0 flex-1 overflow-auto py-1.5">
      <FolderContent {...props} folder={recipe} depth={0} entries={entries} />
    </nav>
  );
}, isSameData);

function FolderContent(props: FileTreeProps & { folder: string; depth: number }) {
  const children = props.entries.filter(({ path }) => path.slice(0, path.lastIndexOf('/')) === props.folder);
  return (
    <ul>
      {children.map((entry) => (
        <li key={entry.path}>
          {entry.kind === 'folder' ? <Folder {...props} entry={entry} /> : <File {...props} entry={entry} />}
        </li>
      ))}
    </ul>
  );
}

type Row = FileTreeProps & { entry: RecipeEntry; depth: number };

const ROW =
  'flex h-7 w-full items-center gap-1.5 pr-2.5 text-left hover:bg-hover focus-visible:-outline-offset-2 disabled:cursor-default disabled:hover:bg-transparent';

function Folder({ entry, ...props }: Row & { folder: string }) {
  const [isOpen, setIsOpen] = useState(true);
  return (
    <>
      <div className="group flex items-center pr-1 hover:bg-hover">
        <button
          type="button"
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
          className={cn(ROW, 'text-muted')}
          style={indent(props.depth)}
        >
          <ChevronRightIcon
            aria-hidden
            className={cn('-ml-4 size-3.5 transition-transform duration-100', isOpen && 'rotate-90')}
          />
          {nameOf(entry.path)}
        </button>
        <EntryMenu path={entry.path} kind="folder" onEntry={props.onEntry} />
      </div>
      {isOpen ? <FolderContent {...props} folder={entry.path} depth={props.depth + 1} /> : null}
    </>
  );
}

function File({ entry, depth, active, dirty, states, onOpen, onEntry, marks }: Row) {
  const { path } = entry;
  const isActive = path === active;
  const isDirty = dirty.includes(path);
  const state = states[path];
  if (!isEditable(path)) {
    return (
      <div className="group flex items-center pr-1">
        <div className={cn(ROW, 'text-muted hover:bg-transparent')} style={indent(depth)}>
          <span className="truncate">{nameOf(path)}</span>
          <GitBadge mark={markOf(path, marks)} />
          <span className="ml-auto text-xs whitespace-nowrap">{sizeText(entry.bytes)}</span>
        </div>
        <EntryMenu path={path} kind="file" onEntry={onEntry} />
      </div>
    );
  }
  return (
    <div
      className={cn(
        'group flex items-center pr-1 hover:bg-hover',
        isActive && 'bg-selected hover:bg-selected',
      )}
    >
      <button
        type="button"
        onClick={() => onOpen(path)}
        aria-current={isActive ? 'true' : undefined}
        className={cn(ROW, isActive && 'bg-selected font-semibold hover:bg-selected')}
        style={indent(depth)}
      >
        <span className="truncate">{nameOf(path)}</span>
        {isDirty ? (
          <span role="img" aria-label="unsaved" className="size-1.5 shrink-0 rounded-full bg-accent" />
        ) : null}
        <GitBadge mark={markOf(path, marks)} />
        <span className="ml-auto flex items-center gap-1.5">
          {isLayer(path) ? <LayerChip {...layerOf(path)} label={`Layer ${nameOf(path)}`} /> : null}
          {/* An empty place keeps the letters in one column. */}
          {state === undefined ? <span className="w-2" /> : <StateMark state={state} />}
        </span>
      </button>
      <EntryMenu path={path} kind="file" onEntry={onEntry} />
    </div>
  );
}

const GIT_WORDS: Record<GitMark, { readonly letter: string; readonly words: string }> = {
  changed: { letter: 'M', words: 'changed since the last commit' },
  new: { letter: 'U', words: 'not in git yet' },
  conflict: { letter: '!', words: 'in conflict in git' },
  deleted: { letter: 'D', words: 'deleted since the last commit' },
};

function GitBadge({ mark }: { mark: GitMark | null }) {
  if (mark === null) return null;
  const { letter, words } = GIT_WORDS[mark];
  return (
    <span
      role="img"
      aria-label={words}
      title={words}
      className="shrink-0 font-mono text-xs font-normal text-muted"
    >
      {letter}
    </span>
  );
}

/** A folder that is new as a whole marks all that lies in it. */
function markOf(path: string, marks: FileTreeProps['marks']): GitMark | null {
  const folder = Object.keys(marks).find((place) => place.endsWith('/') && path.startsWith(place));
  return marks[path] ?? (folder === undefined ? null : (marks[folder] ?? null));
}

/** Layers lie beside one another in the recipe's folder; YAML deeper down is an agent's or a tool's. */
function isLayer(path: string): boolean {
  return /^[^/]+\/[^/]+\.ya?ml$/.test(path);
}

function indent(depth: number): { paddingLeft: number } {
  return { paddingLeft: 24 + depth * 14 };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function sizeText(bytes: number): string {
  return bytes < 1024
    ? `${bytes} B`
    : bytes < 1024 * 1024
      ? `${Math.round(bytes / 1024)} KB`
      : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
