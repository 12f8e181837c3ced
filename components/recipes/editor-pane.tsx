'use client';

import { useMemo } from 'react';
import { EmptyState } from '@/components/ui/empty-state';
import { useStable } from '@/components/ui/use-stable';
import type { Diagnostic } from '@/lib/recipes/diagnostic';
import { CodeEditor } from './editor/code-editor';
import type { EditorFile } from './editor/editor-models';
import { EditorTabs } from './editor-tabs';
import { overriddenRanges, overriddenText } from './overridden-ranges';
import { RenameDialog, useRenameQuestion } from './rename-dialog';
import type { StudioData } from './studio-data';
import { currentText, dirtyPaths, type StudioFile } from './studio-state';
import type { LivePreview, PreviewClient } from './use-preview';
import type { Studio } from './use-studio';

const NOTHING: Pick<LivePreview, 'diagnostics' | 'rows' | 'texts'> = {
  diagnostics: [],
  rows: null,
  texts: {},
};

/** The open files and the editor on the one in front. */
export function EditorPane(props: {
  studio: Studio;
  data: StudioData;
  preview: LivePreview | undefined;
  client: PreviewClient;
  sideTexts: Readonly<Record<string, string>>;
  onSave: (paths: readonly string[]) => Promise<boolean>;
  onLaunch: () => void;
  onCursor: (configPath: string | null) => void;
  onMend: (diagnostic: Diagnostic) => void;
  onGiveValue: (variable: string) => void;
  /** What the unsaved changes reach, in words; null without any. */
  radius: string | null;
  onRadius: () => void;
}) {
  const { studio, data, preview, client, sideTexts } = props;
  const rename = useRenameQuestion();
  const { state } = studio;
  const open = useStable((path: string) => studio.open(path));
  const close = useStable((path: string) => studio.dispatch({ kind: 'closed', path }));
  const showRadius = useStable(props.onRadius);
  const file = state.active === null ? undefined : state.files[state.active];
  const path = file?.path ?? '';
  const { diagnostics, rows, texts } = preview ?? NOTHING;
  const own = useMemo(() => diagnostics.filter(({ range }) => range?.file === path), [diagnostics, path]);
  const overridden = useMemo(() => overriddenRanges(rows ?? [], path), [rows, path]);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <EditorTabs
        tabs={state.tabs}
        active={state.active}
        dirty={dirtyPaths(state)}
        recipe={data.recipe}
        radius={props.radius}
        onRadius={showRadius}
        onOpen={open}
        onClose={close}
      />
      {file === undefined ? (
        <EmptyState title="No file is open">Choose one from the list of files.</EmptyState>
      ) : (
        <div className="min-h-0 flex-1">
          <CodeEditor
            file={{ path: file.path, text: currentText(file), revision: file.revision }}
            diagnostics={own}
            overridden={overridden}
            overriddenText={(range) => overriddenText(range, texts)}
            reveal={studio.reveal}
            edit={(path, text) => {
              client.typed(path, text);
              studio.typed(path, text);
            }}
            save={() => void props.onSave([file.path])}
            launch={props.onLaunch}
            open={(range) => studio.open(range.file, range)}
            replace={(path, text) => studio.dispatch({ kind: 'replaced', path, text })}
            mend={props.onMend}
            giveValue={props.onGiveValue}
            fileOf={(path) => fileOf(state.files[path], path, sideTexts)}
            ask={client.ask}
            confirmRename={rename.confirm}
            cursorAt={(path) => props.onCursor(path === '' ? null : path)}
          />
          <RenameDialog asked={rename.asked} />
        </div>
      )}
    </div>
  );
}

function fileOf(
  file: StudioFile | undefined,
  path: string,
  sideTexts: Readonly<Record<string, string>>,
): EditorFile | null {
  if (file !== undefined) return { path, text: currentText(file), revision: file.revision };
  const text = sideTexts[path];
  return text === undefined ? null : { path, text, revision: 0 };
}
