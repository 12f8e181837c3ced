'use server';

import { revalidatePath } from 'next/cache';
import { z } from 'zod';
import { asAction } from '@/app/_server/as-action';
import { recipeLife } from '@/app/_server/recipe-life';
import { RecipeTemplate } from '@/components/recipes/life/recipe-template';

const Entry = z.strictObject({ path: z.string() });
const Move = z.strictObject({ from: z.string(), to: z.string() });
const NamedVersion = z.strictObject({ recipe: z.string(), id: z.string(), name: z.string().max(200) });
const Version = z.strictObject({ recipe: z.string(), id: z.string() });
const NewRecipe = z.strictObject({ name: z.string(), template: RecipeTemplate });

export async function createRecipeFile(input: unknown) {
  return asAction(Entry, input, ({ path }) => recipeLife().createFile(path));
}

export async function createRecipeFolder(input: unknown) {
  return asAction(Entry, input, ({ path }) => recipeLife().createFolder(path));
}

export async function renameRecipeEntry(input: unknown) {
  return asAction(Move, input, ({ from, to }) => recipeLife().rename(from, to));
}

export async function duplicateRecipeEntry(input: unknown) {
  return asAction(Move, input, ({ from, to }) => recipeLife().duplicate(from, to));
}

/** A file, a folder or a whole recipe; what comes back names the deletion, so that it can be undone. */
export async function removeRecipeEntry(input: unknown) {
  const outcome = await asAction(Entry, input, ({ path }) => recipeLife().remove(path));
  revalidatePath('/recipes');
  return outcome;
}

export async function restoreDeleted(input: unknown) {
  const outcome = await asAction(z.strictObject({ id: z.string() }), input, ({ id }) =>
    recipeLife().restore(id),
  );
  revalidatePath('/recipes');
  return outcome;
}

export async function createRecipe(input: unknown) {
  const outcome = await asAction(NewRecipe, input, ({ name, template }) =>
    recipeLife().createRecipe(name, template),
  );
  revalidatePath('/recipes');
  return outcome;
}

export async function renameRecipe(input: unknown) {
  const outcome = await asAction(Move, input, ({ from, to }) => recipeLife().renameRecipe(from, to));
  revalidatePath('/recipes');
  return outcome;
}

export async function duplicateRecipe(input: unknown) {
  const outcome = await asAction(Move, input, ({ from, to }) => recipeLife().duplicateRecipe(from, to));
  revalidatePath('/recipes');
  return outcome;
}

export async function nameRecipeVersion(input: unknown) {
  return asAction(NamedVersion, input, ({ recipe, id, name }) => recipeLife().nameVersion(recipe, id, name));
}

/** Makes a whole recipe what it was at a version. */
export async function restoreRecipeVersion(input: unknown) {
  return asAction(Version, input, ({ recipe, id }) => recipeLife().restoreVersion(recipe, id));
}

const ZipForm = z.object({ zip: z.instanceof(Blob), name: z.string().nullable() });

/** `zip` is the file, `name` the recipe's; without one the folder in the zip names it. */
export async function importRecipe(form: FormData) {
  const input = { zip: form.get('zip'), name: form.get('name') };
  const outcome = await asAction(ZipForm, input, async ({ zip, name }) =>
    recipeLife().importRecipe(new Uint8Array(await zip.arrayBuffer()), name),
  );
  revalidatePath('/recipes');
  return outcome;
}
