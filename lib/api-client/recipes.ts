import { queryOptions } from '@tanstack/react-query';
import { z } from 'zod';
import { request, withQuery } from './request';

const RecipeFile = z.object({ path: z.string(), text: z.string(), etag: z.string() });
const EnvironmentAnswer = z.object({
  values: z.record(z.string(), z.union([z.string(), z.object({ secret: z.literal(true) })])),
});
const RecipeNames = z.object({ recipes: z.array(z.object({ name: z.string(), title: z.string() })) });

/** One file of the recipes folder; asked for when it is opened. */
export const recipeFileQuery = (path: string) =>
  queryOptions({
    queryKey: ['recipes', 'file', path] as const,
    queryFn: ({ signal }) => request(withQuery('/api/recipes/file', { path }), RecipeFile, { signal }),
    staleTime: 0,
  });

/** Variables that a recipe has come to name while it is being edited. */
export const recipeEnvironmentQuery = (names: readonly string[]) =>
  queryOptions({
    queryKey: ['recipes', 'environment', names] as const,
    queryFn: async ({ signal }) => {
      const url = withQuery('/api/recipes/environment', { names: names.join(',') });
      return (await request(url, EnvironmentAnswer, { signal })).values;
    },
    staleTime: Number.POSITIVE_INFINITY,
    enabled: names.length > 0,
    // The names known so far stay known while one more is asked for.
    placeholderData: (before) => before,
  });

export const recipeNamesQuery = () =>
  queryOptions({
    queryKey: ['recipes', 'names'] as const,
    queryFn: async ({ signal }) => (await request('/api/recipes', RecipeNames, { signal })).recipes,
  });
