'use client';

import { useTheme } from 'next-themes';
import { useEffect, useRef } from 'react';
import { coverPair } from './cover-pair';
import { editorLanguage } from './editor-language';
import { applyEditorTheme, EDITOR_THEME } from './editor-theme';

/** Two versions of a file, their secrets covered: what is on disk left, what was typed right. */
export function DiffView({
  path,
  original,
  modified,
  titles: [leftTitle, rightTitle] = ['On disk', 'Yours'],
}: {
  path: string;
  original: string;
  modified: string;
  titles?: readonly [string, string];
}) {
  const element = useRef<HTMLDivElement>(null);
  const { resolvedTheme } = useTheme();

  // Outside system: Monaco.
  useEffect(() => {
    let dispose: (() => void) | null = null;
    let isGone = false;
    void import('./monaco').then(({ monaco }) => {
      if (isGone || element.current === null) return;
      applyEditorTheme(monaco, resolvedTheme === 'dark');
      const models = coverPair(path, original, modified).map((text) =>
        monaco.editor.createModel(text, editorLanguage(path)),
      );
      const [left, right] = models;
      const editor = monaco.editor.createDiffEditor(element.current, {
        theme: EDITOR_THEME,
        readOnly: true,
        automaticLayout: true,
        minimap: { enabled: false },
        renderOverviewRuler: false,
        scrollBeyondLastLine: false,
        fontSize: 12.5,
        originalAriaLabel: leftTitle,
        modifiedAriaLabel: rightTitle,
      });
      if (left && right) editor.setModel({ original: left, modified: right });
      // the first difference may stand far below the first line
      const first = editor.onDidUpdateDiff(() => {
        editor.revealFirstDiff();
        first.dispose();
      });
      dispose = () => {
        editor.dispose();
        for (const model of models) model.dispose();
      };
    });
    return () => {
      isGone = true;
      dispose?.();
    };
  }, [path, original, modified, leftTitle, rightTitle, resolvedTheme]);

  return (
    <div className="mt-1 w-full">
      <div className="grid grid-cols-2 text-sm text-muted">
        <span>{leftTitle}</span>
        <span>{rightTitle}</span>
      </div>
      <div ref={element} className="h-[45vh] rounded-button border" />
    </div>
  );
}
