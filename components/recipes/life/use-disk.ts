'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent } from 'react';
import { followRecipes } from '@/lib/api-client/follow-runs';
import { recipeStampQuery } from '@/lib/api-client/live-cache';
import { type RecipeDiskState, recipeStateQuery } from '@/lib/api-client/recipe-state';
import { recipeFileQuery } from '@/lib/api-client/recipes';
import type { StudioAction, StudioState } from '../studio-state';

export type Disk = {
  /** Changes with every change of the recipes folder. */
  readonly stamp: string | null;
  readonly state: RecipeDiskState | undefined;
};

/** Keeps the studio's files in step with the disk: what git, another editor or another tab does shows within a moment. */
export function useDisk(recipe: string, studio: StudioState, dispatch: (action: StudioAction) => void): Disk {
  const client = useQueryClient();
  const stamp = useQuery(recipeStampQuery).data ?? null;
  const { data: disk, isPlaceholderData } = useQuery({
    ...recipeStateQuery(recipe, stamp),
    enabled: stamp !== null,
  });

  // Outside system: the stream of changes.
  useEffect(() => followRecipes(client), [client]);

  const compare = useEffectEvent(async (etags: Readonly<Record<string, string>>) => {
    for (const path of Object.keys(studio.files)) {
      const isOurs = path.startsWith(`${recipe}/`) || /\.ya?ml$/.test(path);
      if (!(path in etags) && isOurs && studio.files[path]?.etag !== null) {
        dispatch({ kind: 'disk', path, file: null });
      }
    }
    for (const [path, etag] of Object.entries(etags)) {
      const known = studio.files[path];
      // Files that nobody has opened are read when somebody does; layers are always part of what is composed.
      if (known === undefined ? !/\.ya?ml$/.test(path) : known.etag === etag) continue;
      const file = await client.query(recipeFileQuery(path)).catch(() => null);
      if (file !== null) dispatch({ kind: 'disk', path, file });
    }
  });
  useEffect(() => {
    if (disk !== undefined && !isPlaceholderData) void compare(disk.etags);
  }, [disk, isPlaceholderData]);

  return { stamp, state: disk };
}
