import { AppError } from '@/lib/shared/app-error';
import { copyEntry, moveEntry } from './change-entries';
import { assertRecipeName } from './entry-name';
import type { Journal } from './journal';
import { placeRecipe } from './place-recipe';
import { readRecipeZip } from './zip/read-recipe-zip';

export type RecipeTools = {
  readonly root: string;
  readonly templatesDir: string;
  readonly journal: Journal;
};

/** Changes of whole recipes. */
export type RecipeChanges = {
  createRecipe(name: string, template: string): Promise<void>;
  renameRecipe(from: string, to: string): Promise<void>;
  duplicateRecipe(from: string, to: string): Promise<void>;
  /** Makes a recipe of a zip; `name` = null takes the name of the folder in it. */
  importRecipe(
    zip: Uint8Array,
    name: string | null,
  ): Promise<{ readonly name: string; readonly leftOut: readonly string[] }>;
};

export function recipeChanges({ root, templatesDir, journal }: RecipeTools): RecipeChanges {
  return {
    async createRecipe(name, template) {
      await placeRecipe(root, name, { kind: 'template', templatesDir, template });
      await journal.addEntry(name, 'created', `from the template ${template}`);
    },
    async renameRecipe(from, to) {
      assertRecipeName(from);
      assertRecipeName(to);
      if (from === to) return;
      await moveEntry(root, from, to);
      await journal.move(from, to);
      await journal.add(to, { kind: 'renamed', message: `was ${from}`, files: [] });
    },
    async duplicateRecipe(from, to) {
      assertRecipeName(from);
      assertRecipeName(to);
      await copyEntry(root, from, to);
      await journal.addEntry(to, 'duplicated', `copy of ${from}`);
    },
    async importRecipe(bytes, name) {
      const zip = readRecipeZip(bytes);
      const recipe = name ?? zip.folder;
      if (recipe === null)
        throw new AppError(
          'invalid_input',
          'The zip has no folder that could name the recipe. Give it a name.',
        );
      await placeRecipe(root, recipe, { kind: 'files', files: zip.files });
      await journal.addEntry(recipe, 'imported');
      return { name: recipe, leftOut: zip.leftOut };
    },
  };
}
