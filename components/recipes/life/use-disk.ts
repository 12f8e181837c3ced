'use client';

import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef } from 'react';
import { toast } from 'sonner';
import { followRecipes } from '@/lib/api-client/follow-runs';
import { recipeStampQuery } from '@/lib/api-client/live-cache';
import { type RecipeDiskState, recipeStateQuery } from '@/lib/api-client/recipe-state';
import { recipeFileQuery } from '@/lib/api-client/recipes';
import { ApiError } from '@/lib/api-client/request';
import type { StudioAction, StudioState } from '../studio-state';

export type Disk = {
  /** Changes with every change of the recipes folder. */
  readonly stamp: string | null;
  readonly state: RecipeDiskState | undefined;
  /** Does a change of this page. Until it is done the disk is not followed: the page knows best what it means. */
  readonly during: <T>(change: () => Promise<T>) => Promise<T>;
};

type Studio = {
  readonly state: StudioState;
  /** A save that is under way changes the disk itself, which is no news. */
  readonly isSaving: boolean;
  readonly dispatch: (action: StudioAction) => void;
};

/** Keeps the studio's files in step with the disk: what git, another editor or another tab does shows within a moment. */
export function useDisk(recipe: string, { state: studio, isSaving, dispatch }: Studio): Disk {
  const client = useQueryClient();
  const stamp = useQuery(recipeStampQuery).data ?? null;
  const {
    data: disk,
    isPlaceholderData,
    dataUpdatedAt,
    error,
  } = useQuery({
    ...recipeStateQuery(recipe, stamp),
    enabled: stamp !== null,
  });
  const changes = useRef(0);
  const known = useRef<Readonly<Record<string, string>>>({});

  // Outside system: the stream of changes.
  useEffect(() => followRecipes(client), [client]);

  const compare = useEffectEvent(async (etags: Readonly<Record<string, string>>) => {
    if (changes.current > 0 || isSaving) return;
    forgetSideTexts(client, studio, { before: known.current, after: etags });
    known.current = etags;
    for (const path of gonePaths(recipe, studio, etags)) {
      // Asked once more: it may have come back since the answer was given.
      const isThere = await client.query(recipeFileQuery(path)).then(
        () => true,
        (failure: unknown) => !(failure instanceof ApiError && failure.code === 'not_found'),
      );
      if (!isThere) dispatch({ kind: 'disk', path, file: null });
    }
    for (const path of newerPaths(studio, etags)) {
      const file = await client.query(recipeFileQuery(path)).catch(() => null);
      if (file !== null) dispatch({ kind: 'disk', path, file });
    }
  });
  useEffect(() => {
    if (disk !== undefined && !isPlaceholderData) void compare(disk.etags);
    // Also the same answer once more: the last one may have come during a change or a save.
  }, [disk, isPlaceholderData, dataUpdatedAt, isSaving]);

  const isGone = error instanceof ApiError && error.code === 'not_found';
  useEffect(() => {
    if (isGone)
      toast.warning(
        `${recipe} is no longer in the recipes folder: it was renamed or deleted. The list of recipes has what is there; unsaved text is kept in this browser.`,
        { id: `gone ${recipe}`, duration: Number.POSITIVE_INFINITY },
      );
  }, [isGone, recipe]);

  async function during<T>(change: () => Promise<T>): Promise<T> {
    changes.current += 1;
    try {
      return await change();
    } finally {
      changes.current -= 1;
      void client.invalidateQueries({ queryKey: ['recipe-state', recipe] });
    }
  }
  return { stamp, state: disk, during };
}

type Etags = Readonly<Record<string, string>>;

const isLayer = (path: string) => /\.ya?ml$/.test(path);

/** Files of the page that the disk has no more. */
function gonePaths(recipe: string, { files }: StudioState, etags: Etags): readonly string[] {
  return Object.values(files).flatMap(({ path, etag }) => {
    const isFollowed = path.startsWith(`${recipe}/`) || isLayer(path);
    return isFollowed && etag !== null && etags[path] === undefined ? [path] : [];
  });
}

/** Files of which the disk has another version than the page. */
function newerPaths({ files }: StudioState, etags: Etags): readonly string[] {
  return Object.entries(etags).flatMap(([path, etag]) => {
    const ours = files[path];
    // Files that nobody has opened are read when somebody does; layers are always part of what is composed.
    const isNews = ours === undefined ? isLayer(path) : ours.etag !== etag;
    return isNews ? [path] : [];
  });
}

/** Texts of files that are not open are asked for anew when they are others. */
function forgetSideTexts(
  client: QueryClient,
  { files }: StudioState,
  { before, after }: { readonly before: Etags; readonly after: Etags },
): void {
  for (const [path, etag] of Object.entries(after)) {
    if (before[path] === undefined || before[path] === etag || files[path] !== undefined) continue;
    void client.invalidateQueries({ queryKey: recipeFileQuery(path).queryKey });
  }
}
