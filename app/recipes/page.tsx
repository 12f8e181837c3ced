import type { Metadata } from 'next';
import { loadRecipeList } from '@/app/_server/recipes';
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
  return <RecipeList recipes={recipes} now={new Date().toISOString()} />;
}
