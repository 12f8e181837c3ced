import { recipeEnvironment } from '@/lib/env';
import type { RecipeFiles } from '@/lib/recipe-files/recipe-files';
import { compose, type Composed } from '@/lib/recipes/compose';
import { AppError } from '@/lib/shared/app-error';

export type ComposedRecipe = {
  /** Every layer below the recipes root, by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly composed: Composed;
};

/** Composes a layer as it lies on disk, with this process's environment. Rejects with `AppError('not_found')`. */
export async function composeRecipe(
  recipeFiles: RecipeFiles,
  request: { readonly entry: string; readonly overrides: readonly string[] },
): Promise<ComposedRecipe> {
  const files = await recipeFiles.layers();
  if (files[request.entry] === undefined) {
    throw new AppError('not_found', `There is no layer ${request.entry} in ${recipeFiles.root}.`);
  }
  return { files, composed: compose({ files, env: recipeEnvironment(), ...request }) };
}

/** Paths of the layers that took part, as far as they set anything. */
export function layersOf({ provenance }: Composed): readonly string[] {
  const places = [...provenance.values()].flatMap(({ source, beaten }) =>
    source === null ? beaten : [source, ...beaten],
  );
  return [...new Set(places.map(({ file }) => file))];
}
