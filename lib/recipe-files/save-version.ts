import { withoutSecrets } from '@/lib/recipes/environment/without-secrets';
import { err, type Result } from '@/lib/shared/result';
import type { Journal } from './journal';
import type { RecipeFiles, SaveConflict } from './recipe-files';
import { insideRecipe, recipeOf } from './recipe-place';
import type { TextFile } from './text-file';
import type { VersionStore } from './versions/version-store';

export type SaveOrder = {
  readonly path: string;
  readonly text: string;
  readonly ifMatch: string | null;
  readonly message?: string | undefined;
};

export type SaveTools = {
  readonly files: RecipeFiles;
  readonly store: VersionStore;
  readonly journal: Journal;
};

/** Saves a file and writes the version down. */
export async function saveVersion(
  { files, store, journal }: SaveTools,
  { message, ...order }: SaveOrder,
): Promise<Result<TextFile, SaveConflict>> {
  const recipe = recipeOf(order.path);
  const path = insideRecipe(order.path);
  const before = await files.read(order.path).catch(() => null);
  const outcome = await files.save(order);
  if (!outcome.ok) return err(outcome.error);
  const entry = { path, from: null, content: 'text' } as const;
  // What came from elsewhere (git, another editor) would else be lost from the history by this save.
  if (before !== null && before.text !== order.text) {
    const known = await store.newestText(recipe, path);
    if (known !== withoutSecrets(path, before.text))
      await journal.add(recipe, { kind: 'found', files: [{ ...entry, text: before.text }] });
  }
  await journal.add(recipe, { kind: 'saved', message, files: [{ ...entry, text: order.text }] });
  return outcome;
}
