import path from 'node:path';
import { createRecipeFiles, type RecipeFiles } from '@/lib/recipe-files/recipe-files';
import { createRecipeLife, type RecipeLife } from '@/lib/recipe-files/recipe-life';
import { AppError } from '@/lib/shared/app-error';
import { recipeEntry } from '@/lib/cli/recipe-entry';
import type { CommandContext } from '@/lib/cli/session';

export type RecipeTools = {
  readonly files: RecipeFiles;
  readonly life: RecipeLife;
  /** What somebody typed as a path from the recipes root. */
  readonly entryOf: (typed: string) => string;
};

/** The recipes folder as the web changes it: every change becomes a version, every deletion can be undone. */
export function recipeTools({ env, io }: CommandContext): RecipeTools {
  const files = createRecipeFiles(env.recipesDir);
  const templatesDir = path.join(env.root, 'templates');
  return {
    files,
    life: createRecipeLife({ files, dataDir: env.dataDir, templatesDir }),
    entryOf: (typed) => recipeEntry(typed, { cwd: io.cwd, root: env.root, recipesDir: env.recipesDir }),
  };
}

/** Refuses a recipe that is not there, and names those that are. */
export async function existingRecipe({ files, entryOf }: RecipeTools, typed: string): Promise<string> {
  const names = (await files.list()).map(({ name }) => name);
  const name = entryOf(typed);
  if (names.includes(name)) return name;
  throw new AppError(
    'not_found',
    `There is no recipe ${typed} in ${files.root}. There are: ${names.join(', ') || 'none yet'}.`,
  );
}
