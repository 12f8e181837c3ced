import 'server-only';
import { readEnv } from '@/lib/env';
import { createRecipeFiles, type RecipeFiles } from '@/lib/recipe-files/recipe-files';
import { type RecipeWatch, watchRecipes } from '@/lib/recipe-files/watch-recipes';

declare global {
  /** `next dev` loads this module again at every change; saves must go on queueing behind one another. */
  var galleyRecipeFiles: RecipeFiles | undefined;
  var galleyRecipeWatch: RecipeWatch | undefined;
}

/** The recipes folder of this process. */
export function recipeFolder(): RecipeFiles {
  return (globalThis.galleyRecipeFiles ??= createRecipeFiles(readEnv().recipesDir));
}

/** One watch for all streams. */
export function recipeWatch(): RecipeWatch {
  return (globalThis.galleyRecipeWatch ??= watchRecipes(readEnv().recipesDir));
}
