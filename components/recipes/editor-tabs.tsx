'use client';

import { XIcon } from 'lucide-react';
import { memo } from 'react';
import { cn } from '@/components/ui/cn';
import { isSameData } from '@/lib/shared/same-data';

export type EditorTabsProps = {
  readonly tabs: readonly string[];
  readonly active: string | null;
  readonly dirty: readonly string[];
  readonly recipe: string;
  /** What the edits change elsewhere; null = nothing, or not known yet. */
  readonly radius: string | null;
  readonly onRadius: () => void;
  readonly onOpen: (path: string) => void;
  readonly onClose: (path: string) => void;
};

/** The open files. A dirty one shows a dot in place of its cross until the pointer is on it. */
export const EditorTabs = memo(function EditorTabs({
  tabs,
  active,
  dirty,
  recipe,
  radius,
  onRadius,
  onOpen,
  onClose,
}: EditorTabsProps) {
  return (
    <div
      className="flex h-9 shrink-0 items-stretch overflow-x-auto border-b bg-panel"
      role="group"
      aria-label="Open files"
    >
      {tabs.map((path) => {
        const isActive = path === active;
        const isDirty = dirty.includes(path);
        const name = path.startsWith(`${recipe}/`) ? path.slice(recipe.length + 1) : path;
        return (
          <div
            key={path}
            className={cn(
              'group -mb-px flex items-center border-b-2 border-transparent pr-1 pl-3',
              isActive && 'border-accent',
            )}
          >
            <button
              type="button"
              aria-current={isActive ? 'true' : undefined}
              onClick={() => onOpen(path)}
              onAuxClick={(event) => {
                if (event.button === 1) onClose(path);
              }}
              className={cn(
                'h-full whitespace-nowrap',
                isActive ? 'font-semibold' : 'text-muted hover:text-ink',
              )}
            >
              {name}
              {isDirty ? <span className="sr-only">, unsaved</span> : null}
            </button>
            <button
              type="button"
              aria-label={`Close ${name}`}
              onClick={() => onClose(path)}
              className="relative ml-0.5 grid size-6 place-items-center rounded-chip text-muted hover:bg-hover hover:text-ink"
            >
              {isDirty ? (
                <span className="size-2 rounded-full bg-accent group-focus-within:hidden group-hover:hidden" />
              ) : null}
              <XIcon
                aria-hidden
                className={cn(
                  'size-3.5',
                  isDirty
                    ? 'hidden group-focus-within:block group-hover:block'
                    : 'opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100',
                )}
              />
            </button>
          </div>
        );
      })}
      {radius === null ? null : (
        <button
          type="button"
          onClick={onRadius}
          className="ml-auto px-3 text-sm whitespace-nowrap text-muted hover:text-ink hover:underline"
        >
          {radius}
        </button>
      )}
    </div>
  );
}, isSameData);
