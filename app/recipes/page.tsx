import type { Metadata } from 'next';
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
import { AppError } from '@/lib/shared/app-error';

export const metadata: Metadata = { title: 'Recipes' };

export default async function RecipesPage() {
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
  return <RecipeList recipes={recipes} now={new Date().toISOString()} actions={actions} />;
}
