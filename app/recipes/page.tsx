import type { Metadata } from 'next';
import { recipeFolder } from '@/app/_server/recipe-folder';
import { loadRecipeList } from '@/app/_server/recipes';
import {
  createRecipe,
  duplicateRecipe,
  importRecipe,
  removeRecipeEntry,
  renameRecipe,
  restoreDeleted,
} from '@/app/recipes/_life-actions';
import { Refusal } from '@/components/ui/refusal';
import { RecipeList } from '@/components/recipes/recipe-list';
import { folderStamp } from '@/lib/recipe-files/watch-recipes';
import { AppError } from '@/lib/shared/app-error';

export const metadata: Metadata = { title: 'Recipes' };

export default async function RecipesPage() {
  // Before the list: what changes between the two is read once more, never missed.
  const stamp = await folderStamp(recipeFolder().root);
  const recipes = await loadRecipeList().catch((error: unknown) => {
    if (error instanceof AppError) return error;
    throw error;
  });
  if (recipes instanceof AppError)
    return <Refusal title="The recipes cannot be read" message={recipes.message} />;
  const actions = {
    create: createRecipe,
    rename: renameRecipe,
    duplicate: duplicateRecipe,
    remove: removeRecipeEntry,
    restore: restoreDeleted,
    importZip: importRecipe,
  };
  return <RecipeList recipes={recipes} stamp={stamp} now={new Date().toISOString()} actions={actions} />;
}
