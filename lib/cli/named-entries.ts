import { listVariants } from '@/lib/recipes/list-variants';
import path from 'node:path';
import type { CommandContext } from './session';
import { recipeEntry } from './recipe-entry';
import { resolveEntry } from './resolve-entry';

/**
 * The layers, from the recipes root, that somebody typed: one file, or the folder of a recipe, which stands for all of
 * its variants. `layers` are those on disk. Throws `AppError` when there is no such thing.
 */
export function namedEntries(
  { env, io }: CommandContext,
  layers: Readonly<Record<string, string>>,
  typed: string,
): readonly string[] {
  const places = { cwd: io.cwd, root: env.root, recipesDir: env.recipesDir };
  if (!/\.ya?ml$/i.test(typed)) {
    const folder = recipeEntry(typed, places);
    const variants = listVariants(layers).filter((file) => path.posix.dirname(file) === folder);
    if (variants.length > 0) return variants;
  }
  return [resolveEntry(typed, places)];
}
