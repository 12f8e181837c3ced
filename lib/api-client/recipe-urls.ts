import { z } from 'zod';

/** What the address of a recipe page says beside the recipe itself. */
export const RecipeView = z.object({
  /** File in front, from the recipes root. */
  file: z.string().optional().catch(undefined),
  variant: z.string().optional().catch(undefined),
  /** Config key to show in the editor. */
  key: z.string().optional().catch(undefined),
});
export type RecipeView = z.infer<typeof RecipeView>;

export function recipeHref(recipe: string, view: RecipeView = {}): `/recipes/${string}` {
  const query = new URLSearchParams();
  for (const name of ['variant', 'file', 'key'] as const) {
    const value = view[name];
    if (value !== undefined) query.set(name, value);
  }
  const text = query.toString().replaceAll('%2F', '/');
  return `/recipes/${encodeURIComponent(recipe)}${text === '' ? '' : `?${text}`}`;
}
