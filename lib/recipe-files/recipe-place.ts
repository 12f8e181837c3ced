import { AppError } from '@/lib/shared/app-error';

/** The recipe that an entry belongs to; '' for a file beside the recipes. A path without `/` is a recipe's folder. */
export function recipeOf(entry: string): string {
  if (entry.includes('/')) return entry.slice(0, entry.indexOf('/'));
  return /\.(ya?ml|md|txt|sh|json)$/i.test(entry) ? '' : entry;
}

/** The path from the recipe's own folder; '' for that folder. */
export function insideRecipe(entry: string): string {
  const recipe = recipeOf(entry);
  return recipe === '' ? entry : entry.slice(recipe.length + 1);
}

export function assertInRecipe(entry: string): void {
  if (!entry.includes('/'))
    throw new AppError('invalid_input', `${entry} is not inside a recipe. Name it like my_task/${entry}.`);
}
