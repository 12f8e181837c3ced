import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { RecipeVersion, RestorePlan } from '@/lib/domain/recipe-version';
import { request, withQuery } from './request';

const Deleted = z.object({
  id: z.string(),
  path: z.string(),
  kind: z.enum(['file', 'folder']),
  deletedAt: z.string(),
});
const LastRun = z.object({
  run: z
    .object({
      id: z.number(),
      name: z.string(),
      createdAt: z.string(),
      files: z.record(z.string(), z.string()),
      entry: z.string(),
      overrides: z.array(z.string()),
    })
    .nullable(),
});

/** Versions of a recipe, newest first. `stamp` = state of the folder: a new one asks again. */
export const recipeHistoryQuery = (recipe: string, stamp: string | null) =>
  queryOptions({
    queryKey: ['recipe-history', recipe, stamp] as const,
    queryFn: async ({ signal }) => {
      const url = withQuery('/api/recipes/history', { recipe });
      return (await request(url, z.object({ versions: z.array(RecipeVersion) }), { signal })).versions;
    },
    placeholderData: (before) => before,
  });

/** Text of a file in a version, which never changes. */
export const versionTextQuery = (recipe: string, id: string, file: string) =>
  queryOptions({
    queryKey: ['recipe-version', recipe, id, file] as const,
    queryFn: async ({ signal }) => {
      const url = withQuery('/api/recipes/version', { recipe, id, file });
      return (await request(url, z.object({ text: z.string() }), { signal })).text;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What restoring a whole recipe to a version would change, as it lies on the disk now. */
export const restorePlanQuery = (recipe: string, id: string) =>
  queryOptions({
    queryKey: ['recipe-restore', recipe, id] as const,
    queryFn: ({ signal }) =>
      request(withQuery('/api/recipes/restore-plan', { recipe, id }), RestorePlan, { signal }),
    staleTime: 0,
    gcTime: 0,
  });

export const deletedQuery = () =>
  queryOptions({
    queryKey: ['recipe-deleted'] as const,
    queryFn: async ({ signal }) =>
      (await request('/api/recipes/deleted', z.object({ deleted: z.array(Deleted) }), { signal })).deleted,
    staleTime: 0,
  });

/** The newest run of a variant with the files that it was launched with. */
export const lastRunQuery = (recipe: string, variant: string) =>
  queryOptions({
    queryKey: ['recipe-last-run', recipe, variant] as const,
    queryFn: async ({ signal }) =>
      (await request(withQuery('/api/recipes/last-run', { recipe, variant }), LastRun, { signal })).run,
    staleTime: 0,
  });
