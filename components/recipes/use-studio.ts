'use client';

import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { startTransition, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { toast } from 'sonner';
import { callAction } from '@/components/ui/call-action';
import { recipeFileQuery } from '@/lib/api-client/recipes';
import type { SourceRange } from '@/lib/recipes/diagnostic';
import { listVariants } from '@/lib/recipes/list-variants';
import { createTurns } from '@/lib/shared/turns';
import { recipeHref, type RecipeView } from '@/lib/api-client/recipe-urls';
import type { StudioActions } from './studio-actions';
import type { StudioData } from './studio-data';
import { currentText, type StudioAction, studioReducer, type StudioState } from './studio-state';
import { useStoredDrafts } from './use-stored-drafts';

/** A preview comes sooner than this, and what was typed is drawn with it: once for each key instead of twice. */
const SETTLE_MS = 100;

/** Counted from 1, as an error names it. */
type LineNumber = { readonly line: number };

export type StudioVariant = { readonly name: string; readonly entry: string };

export type Studio = {
  readonly state: StudioState;
  /** The state as it is now, for work that waited meanwhile: `state` is that of the last drawing. */
  readonly latest: () => StudioState;
  readonly newestFiles: () => StudioState['files'];
  /** The layers of the recipe that can be launched, as they lie on the disk now. */
  readonly variants: readonly StudioVariant[];
  readonly dispatch: (action: StudioAction) => void;
  /** Takes in what the editor shows already: drawn with the preview that it leads to, or a moment later. */
  readonly typed: (path: string, text: string) => void;
  /** Draws what was typed. */
  readonly settle: () => void;
  readonly reveal: SourceRange | null;
  readonly isSaving: boolean;
  /** Opens a file in the editor, at a range or a line if one is given. */
  readonly open: (path: string, place?: SourceRange | LineNumber) => void;
  /** Saves files with a draft; answers whether all of them were saved. `message`: what the version is called. */
  readonly save: (paths: readonly string[], message?: string) => Promise<boolean>;
  /** Changes and saves a file that need not be open; `change` answers null to leave it. */
  readonly rewrite: (path: string, change: (text: string) => Promise<string | null>) => Promise<void>;
  /** Ends a conflict by saving over what is on disk. */
  readonly keepMine: () => void;
};

export function useStudio(data: StudioData, view: RecipeView, actions: StudioActions): Studio {
  const { held, ...holding } = useHeldState(data, view);
  const { latest, dispatch } = holding;
  const variants = useVariants(data.recipe, held.files);
  const state = useWithVariant(held, variants);
  const [reveal, setReveal] = useState<SourceRange | null>(null);
  const [savesUnderWay, setSavesUnderWay] = useState(0);
  const [inTurn] = useState(createTurns);
  const client = useQueryClient();
  useStoredDrafts(data.recipe, held.files, dispatch);
  useAddress(data.recipe, state);

  function open(path: string, place?: SourceRange | LineNumber): void {
    const variant = variants.find(({ entry }) => entry === path)?.name ?? null;
    const show = (text: string) => {
      dispatch({ kind: 'opened', path, variant });
      if (place !== undefined)
        setReveal('line' in place ? rangeOfLine(path, text, place.line) : { ...place });
    };
    const known = state.files[path];
    if (known !== undefined) {
      show(currentText(known));
      return;
    }
    client.query(recipeFileQuery(path)).then(
      (file) => {
        dispatch({ kind: 'loaded', file });
        show(file.text);
      },
      (error: unknown) =>
        toast.error(error instanceof Error ? error.message : `${path} could not be opened.`),
    );
  }

  async function saveOne(request: Parameters<StudioActions['save']>[0]): Promise<boolean> {
    setSavesUnderWay((count) => count + 1);
    const outcome = await callAction(actions.save, request);
    setSavesUnderWay((count) => count - 1);
    if (!outcome.ok) {
      toast.error(outcome.error.message, { duration: 10_000 });
      return false;
    }
    if (!outcome.value.ok) {
      dispatch({ kind: 'conflicted', path: request.path, theirs: outcome.value.error.theirs });
      return false;
    }
    dispatch({ kind: 'saved', file: outcome.value.value });
    return true;
  }

  async function saveAll(paths: readonly string[], message: string): Promise<boolean> {
    for (const path of paths) {
      const file = latest().files[path];
      if (file === undefined || file.draft === null) continue;
      const request = { path, text: file.draft, ifMatch: file.etag };
      if (!(await saveOne(message === '' ? request : { ...request, message }))) return false;
    }
    return true;
  }
  // A second save waits for the first, whose version it replaces.
  const save = (paths: readonly string[], message = '') => inTurn(() => saveAll(paths, message));

  const changing = { latest, dispatch, client, save };
  return {
    ...holding,
    state,
    variants,
    reveal,
    isSaving: savesUnderWay > 0,
    open,
    save,
    rewrite: rewriter(changing),
    keepMine: () => keepMine(changing),
  };
}

function rangeOfLine(file: string, text: string, line: number): SourceRange {
  const lines = text.split('\n');
  const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
  return { file, start, end: start + (lines[line - 1] ?? '').length };
}

function initialState({ data, view }: { data: StudioData; view: RecipeView }): StudioState {
  const files = Object.fromEntries(
    data.files.map((file) => [file.path, { ...file, draft: null, revision: 0 }] as const),
  );
  const { active, variant } = firstView(data, view);
  return {
    files,
    tabs: active === null ? [] : [active],
    active,
    variant,
    overrides: '',
    conflict: null,
    putOff: {},
  };
}

/** The reducer's state, also between two drawings. */
function useHeldState(data: StudioData, view: RecipeView) {
  const [held, setHeld] = useState(() => initialState({ data, view }));
  const newest = useRef(held);
  const latest = useCallback(() => newest.current, []);
  const newestFiles = useCallback(() => newest.current.files, []);
  const settling = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const settle = useCallback(() => {
    clearTimeout(settling.current);
    settling.current = undefined;
    setHeld(newest.current);
  }, []);
  useEffect(() => () => clearTimeout(settling.current), []);
  const dispatch = useCallback(
    (action: StudioAction) => {
      newest.current = studioReducer(newest.current, action);
      settle();
    },
    [settle],
  );
  const typed = useCallback(
    (path: string, text: string) => {
      newest.current = studioReducer(newest.current, { kind: 'edited', path, text });
      settling.current ??= setTimeout(() => startTransition(settle), SETTLE_MS);
    },
    [settle],
  );
  return { held, latest, newestFiles, dispatch, typed, settle };
}

type Changing = Pick<Studio, 'latest' | 'dispatch' | 'save'> & { readonly client: QueryClient };

function rewriter({ latest, dispatch, client, save }: Changing): Studio['rewrite'] {
  const shownText = (path: string) => {
    const file = latest().files[path];
    return file === undefined ? undefined : currentText(file);
  };
  return async (path, change) => {
    if (latest().files[path] === undefined) {
      const loaded = await client.query(recipeFileQuery(path)).catch(() => null);
      if (loaded !== null) dispatch({ kind: 'loaded', file: loaded });
    }
    const before = shownText(path);
    if (before === undefined) {
      toast.error(`${path} could not be opened.`);
      return;
    }
    const text = await change(before);
    if (text === null) return;
    if (shownText(path) !== before) {
      toast.error(`${path} was changed meanwhile, so it was left as it is. Try again.`);
      return;
    }
    dispatch({ kind: 'replaced', path, text });
    await save([path]);
  };
}

/** The draft is over their version from now on, so saving it replaces that. */
function keepMine({ latest, dispatch, save }: Changing): void {
  const { conflict } = latest();
  dispatch({ kind: 'kept-mine' });
  if (conflict !== null) void save([conflict.path]);
}

/** A file named by the address decides the variant, a variant named by it the file. */
function firstView(
  { variants, files }: StudioData,
  view: RecipeView,
): Pick<StudioState, 'active' | 'variant'> {
  const [first] = variants;
  const chosen = variants.find(({ name }) => name === view.variant) ?? first;
  const file = files.find(({ path }) => path === view.file);
  const active = file?.path ?? chosen?.entry ?? files[0]?.path ?? null;
  const ofFile = variants.find(({ entry }) => entry === file?.path);
  return { active, variant: (ofFile ?? chosen)?.name ?? null };
}

/** Follows the disk: a layer that is made, or given a list of defaults, can be launched at once. */
function useVariants(recipe: string, files: StudioState['files']): readonly StudioVariant[] {
  const entries = listVariants(
    Object.fromEntries(
      Object.values(files).flatMap(({ path, text }) =>
        path.startsWith(`${recipe}/`) ? [[path, text] as const] : [],
      ),
    ),
  );
  const list = entries.join('\n');
  return useMemo(
    () =>
      list.split('\n').flatMap((entry) => {
        const name = entry.slice(recipe.length + 1, -'.yaml'.length);
        return entry === '' ? [] : [{ name, entry }];
      }),
    [recipe, list],
  );
}

/** The variant in view may have been renamed or deleted. */
function useWithVariant(state: StudioState, variants: readonly StudioVariant[]): StudioState {
  return useMemo(() => {
    if (variants.some(({ name }) => name === state.variant)) return state;
    return { ...state, variant: variants[0]?.name ?? null };
  }, [state, variants]);
}

/** Outside system: the address bar. The address of a file or a variant can be shared and survives a reload. */
function useAddress(recipe: string, { active, variant }: StudioState): void {
  useEffect(() => {
    const href = recipeHref(recipe, { variant: variant ?? undefined, file: active ?? undefined });
    window.history.replaceState(null, '', href);
  }, [recipe, active, variant]);
}
