import 'server-only';
import path from 'node:path';
import { readEnv } from '@/lib/env';
import { createRecipeLife, type RecipeLife } from '@/lib/recipe-files/recipe-life';
import { recipeFolder } from './recipe-folder';

declare global {
  /** One for the process: changes queue behind one another. */
  var galleyRecipeLife: RecipeLife | undefined;
}

/** All changes of recipes go through here, so that each becomes a version. */
export function recipeLife(): RecipeLife {
  const { root, dataDir } = readEnv();
  return (globalThis.galleyRecipeLife ??= createRecipeLife({
    files: recipeFolder(),
    dataDir,
    templatesDir: path.join(root, 'templates'),
  }));
}
