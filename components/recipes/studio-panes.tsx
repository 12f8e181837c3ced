'use client';

import { type ReactNode, useState } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { cn } from '@/components/ui/cn';
import { useIsWide } from './use-is-wide';

export type StudioPane = 'files' | 'editor' | 'resolved';

export type StudioPanesProps = {
  readonly files: ReactNode;
  readonly editor: ReactNode;
  readonly resolved: ReactNode;
  /** Problems count, shown on the tab of a narrow page. */
  readonly problems: number;
  /** The pane in front on a narrow page. */
  readonly pane: StudioPane;
  readonly onPane: (pane: StudioPane) => void;
};

/** Three panes side by side, or behind tabs where there is no room. */
export function StudioPanes(props: StudioPanesProps) {
  return useIsWide() ? <WidePanes {...props} /> : <NarrowPanes {...props} />;
}

const noStorage = { getItem: () => null, setItem: () => undefined };

function WidePanes({ files, editor, resolved }: StudioPanesProps) {
  const [storage] = useState(() => (typeof window === 'undefined' ? noStorage : window.localStorage));
  const { defaultLayout, onLayoutChanged } = useDefaultLayout({
    id: 'galley:studio-panes',
    storage,
    onlySaveAfterUserInteractions: true,
  });
  return (
    <Group
      orientation="horizontal"
      className="min-h-0 flex-1"
      defaultLayout={defaultLayout}
      onLayoutChanged={onLayoutChanged}
    >
      <Panel id="files" defaultSize="17%" minSize={160}>
        {files}
      </Panel>
      <Divider label="Width of the file list" />
      <Panel id="editor" defaultSize="53%" minSize={280}>
        {editor}
      </Panel>
      <Divider label="Width of the resolved configuration" />
      <Panel id="resolved" defaultSize="30%" minSize={260}>
        {resolved}
      </Panel>
    </Group>
  );
}

function Divider({ label }: { label: string }) {
  return (
    <Separator
      aria-label={label}
      className="w-px bg-line transition-colors duration-100 hover:bg-accent data-[separator=active]:bg-accent"
    />
  );
}

const PANES = [
  { id: 'files', name: 'Files' },
  { id: 'editor', name: 'Editor' },
  { id: 'resolved', name: 'Resolved' },
] as const;

function NarrowPanes({ pane, onPane, problems, ...content }: StudioPanesProps) {
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div role="tablist" aria-label="Panes" className="flex h-9 shrink-0 border-b bg-panel px-2">
        {PANES.map(({ id, name }) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={`studio-tab-${id}`}
            aria-selected={pane === id}
            aria-controls={`studio-pane-${id}`}
            onClick={() => onPane(id)}
            className={cn(
              '-mb-px flex-1 border-b-2 border-transparent text-muted focus-visible:-outline-offset-2',
              pane === id && 'border-accent font-semibold text-ink',
            )}
          >
            {name}
            {id === 'resolved' && problems > 0 ? <span className="text-error"> ({problems})</span> : null}
          </button>
        ))}
      </div>
      {/* All stay mounted: the editor keeps its cursor and its undo history. */}
      {PANES.map(({ id }) => (
        <div
          key={id}
          role="tabpanel"
          id={`studio-pane-${id}`}
          aria-labelledby={`studio-tab-${id}`}
          hidden={pane !== id}
          className="min-h-0 flex-1"
        >
          {content[id]}
        </div>
      ))}
    </div>
  );
}
