'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef } from 'react';
import { toast } from 'sonner';
import { recipeFileQuery } from '@/lib/api-client/recipes';
import { draftPaths, readDrafts, writeDraft } from './draft-storage';
import type { StudioAction, StudioFile, StudioState } from './studio-state';

/** Typing settles before a draft is written: storage is slow and synchronous. */
const DRAFT_DELAY_MS = 250;

type Files = StudioState['files'];

/** Outside systems: the browser's storage and the page's end. Drafts come back with their files, and are written as they change. */
export function useStoredDrafts(
  recipe: string,
  files: Files,
  dispatch: (action: StudioAction) => void,
): void {
  useOpenDrafts(recipe, files, dispatch);
  useReturningDrafts(files, dispatch);
  useWrittenDrafts(files);
}

/** Files that the page does not read by itself, such as an evaluator, are read when they have a draft. */
function useOpenDrafts(recipe: string, files: Files, dispatch: (action: StudioAction) => void): void {
  const client = useQueryClient();
  const read = useEffectEvent(() => {
    for (const path of draftPaths(localStorage, recipe)) {
      if (files[path] !== undefined) continue;
      client.query(recipeFileQuery(path)).then(
        (file) => dispatch({ kind: 'loaded', file }),
        // The draft of a file that is gone waits until the file is back.
        () => undefined,
      );
    }
  });
  useEffect(() => read(), [recipe]);
}

/** A file that comes (with the page, when it is opened, or back on the disk) takes up its draft. */
function useReturningDrafts(files: Files, dispatch: (action: StudioAction) => void): void {
  const seen = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const come = Object.values(files).filter(({ path, draft }) => draft === null && !seen.current.has(path));
    seen.current = new Set(Object.keys(files));
    if (come.length === 0) return;
    const stored = readDrafts(
      localStorage,
      come.map(({ path }) => path),
    );
    const drafts = Object.fromEntries(
      Object.entries(stored).filter(([path, { text }]) => text !== files[path]?.text),
    );
    if (Object.keys(drafts).length === 0) return;
    dispatch({ kind: 'restored', drafts });
    toast.info(`Unsaved changes from before are back: ${Object.keys(drafts).join(', ')}`);
  }, [files, dispatch]);
}

/** Also asks before the page ends with a draft that is in it alone. */
function useWrittenDrafts(files: Files): void {
  const known = useRef(files);
  const unkept = useRef(new Set<string>());
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const [path, file] of Object.entries(files)) {
        const before = known.current[path];
        if (file !== before && (file.draft !== null || before?.draft != null))
          keepDraft(file, unkept.current);
      }
      known.current = files;
    }, DRAFT_DELAY_MS);
    return () => clearTimeout(timer);
  }, [files]);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      const isLost = [...unkept.current].some((path) => known.current[path]?.draft != null);
      if (isLost) event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, []);
}

/** Says once per file that its changes are in this page alone. */
function keepDraft(file: StudioFile, unkept: Set<string>): void {
  const fate = writeDraft(localStorage, file);
  if (fate === 'kept') {
    if (unkept.delete(file.path)) toast.dismiss(`draft ${file.path}`);
  } else if (!unkept.has(file.path)) {
    unkept.add(file.path);
    const reason = fate === 'secret' ? 'it holds a secret in clear' : 'the browser has no room for its draft';
    toast.warning(`Unsaved changes of ${file.path} end with this page, because ${reason}. Save them.`, {
      id: `draft ${file.path}`,
      // not for good: it would lie over the checks, where the way out is
      duration: 15_000,
      closeButton: true,
    });
  }
}
