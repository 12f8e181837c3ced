'use client';

import { useTheme } from 'next-themes';
import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from 'react';
import { Skeleton } from '@/components/ui/skeleton';
import type { Diagnostic, SourceRange } from '@/lib/recipes/diagnostic';
import { coverSecrets } from '@/lib/recipes/environment/without-secrets';
import type { OverriddenRange } from '../overridden-ranges';
import type { EditorFile } from './editor-models';
import { createEditorSession, type EditorCommands, type EditorSession } from './editor-session';

export type CodeEditorProps = EditorCommands & {
  readonly file: EditorFile;
  /** Of this file. */
  readonly diagnostics: readonly Diagnostic[];
  readonly overridden: readonly OverriddenRange[];
  /** Range to show; a new object shows it again. */
  readonly reveal: SourceRange | null;
};

/** Monaco on one of several files. It loads after the page, so the text stands there plainly until it is ready. */
export function CodeEditor({ file, diagnostics, overridden, reveal, ...commands }: CodeEditorProps) {
  const element = useRef<HTMLDivElement>(null);
  const [session, setSession] = useState<EditorSession | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const { resolvedTheme } = useTheme();
  const isDark = resolvedTheme === 'dark';
  const current = useEffectEvent(() => commands);

  // Outside system: Monaco.
  useEffect(() => {
    const host = element.current;
    if (host === null) return;
    let isGone = false;
    let created: EditorSession | null = null;
    import('./monaco').then(
      ({ monaco }) => {
        if (isGone) return;
        created = createEditorSession(monaco, host, {
          edit: (...args) => current().edit(...args),
          save: () => current().save(),
          launch: () => current().launch(),
          open: (...args) => current().open(...args),
          replace: (...args) => current().replace(...args),
          mend: (...args) => current().mend(...args),
          giveValue: (...args) => current().giveValue(...args),
          fileOf: (...args) => current().fileOf(...args),
          ask: (...args) => current().ask(...args),
          confirmRename: (...args) => current().confirmRename(...args),
          overriddenText: (range) => current().overriddenText(range),
          cursorAt: (...args) => current().cursorAt(...args),
        });
        setSession(created);
      },
      () => {
        if (!isGone) setFailure('The editor could not be loaded. Reload the page; your drafts are kept.');
      },
    );
    return () => {
      isGone = true;
      created?.dispose();
      setSession(null);
    };
  }, []);
  // before the picture, one after the other: a frame later, marks would come with the next picture
  useLayoutEffect(() => session?.setTheme(isDark), [session, isDark]);
  useLayoutEffect(() => session?.show(file), [session, file]);
  useLayoutEffect(() => session?.mark(file.path, diagnostics), [session, file.path, diagnostics]);
  useLayoutEffect(() => session?.dim(file.path, overridden), [session, file.path, overridden]);
  useEffect(() => {
    if (reveal !== null && reveal.file === file.path) session?.reveal(reveal);
  }, [session, file.path, reveal]);

  return (
    <div className="relative size-full min-h-0 bg-ground">
      <div ref={element} className="size-full font-mono" />
      {session === null ? (
        <EditorStandIn text={coverSecrets(file.path, file.text)} failure={failure} />
      ) : null}
    </div>
  );
}

function EditorStandIn({ text, failure }: { text: string; failure: string | null }) {
  return (
    <div className="absolute inset-0 overflow-auto">
      {failure === null ? (
        <Skeleton className="absolute top-2 right-3 h-3 w-16" />
      ) : (
        <p role="alert" className="border-b px-3 py-2 text-error">
          {failure}
        </p>
      )}
      <pre className="py-2.5 pl-17 font-mono text-sm leading-5 text-muted">{text}</pre>
    </div>
  );
}
