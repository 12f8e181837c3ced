import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { request, withQuery } from './request';

const RecipeState = z.object({
  entries: z.array(z.object({ path: z.string(), kind: z.enum(['file', 'folder']), bytes: z.number() })),
  etags: z.record(z.string(), z.string()),
  git: z
    .object({
      branch: z.string().nullable(),
      commit: z.string().nullable(),
      ahead: z.number().nullable(),
      behind: z.number().nullable(),
      marks: z.record(z.string(), z.enum(['changed', 'new', 'conflict', 'deleted'])),
    })
    .nullable(),
});
export type RecipeDiskState = z.infer<typeof RecipeState>;

/** What lies on disk; asked for again whenever the folder's stamp changes. */
export const recipeStateQuery = (recipe: string, stamp: string | null) =>
  queryOptions({
    queryKey: ['recipe-state', recipe, stamp] as const,
    queryFn: ({ signal }) => request(withQuery('/api/recipes/state', { recipe }), RecipeState, { signal }),
    // A stamp comes back when a deletion is undone; what was read under it before then may be older than that.
    staleTime: 0,
    gcTime: 0,
    placeholderData: (before) => before,
  });
