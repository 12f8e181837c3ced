import path from 'node:path';
import type { Result } from '@/lib/shared/result';
import { createTurns } from '@/lib/shared/turns';
import { type EntryChanges, entryChanges } from './entry-changes';
import { createJournal } from './journal';
import { type RecipeChanges, recipeChanges } from './recipe-changes';
import type { RecipeFiles, SaveConflict } from './recipe-files';
import { planRestore, restoreVersion, type Restored } from './restore-version';
import { type SaveOrder, saveVersion } from './save-version';
import type { TextFile } from './text-file';
import { createTrash, type DeletedEntry } from './trash';
import type { RecipeVersion, RestorePlan } from '@/lib/domain/recipe-version';
import { createVersionStore } from './versions/version-store';
import { writeRecipeZip } from './zip/write-recipe-zip';

/** Everything that happens to recipes as files and folders. Each change is a version; each deletion can be undone. */
export type RecipeLife = EntryChanges &
  RecipeChanges & {
    save(order: SaveOrder): Promise<Result<TextFile, SaveConflict>>;
    /** Newest first. */
    deleted(): Promise<readonly DeletedEntry[]>;
    exportRecipe(name: string): Promise<Uint8Array<ArrayBuffer>>;
    /** Newest first. */
    versions(recipe: string): Promise<readonly RecipeVersion[]>;
    versionText(recipe: string, id: string, file: string): Promise<string>;
    nameVersion(recipe: string, id: string, name: string): Promise<RecipeVersion>;
    /** What `restoreVersion` would change. */
    planRestore(recipe: string, id: string): Promise<RestorePlan>;
    /** Makes the whole recipe what it was at a version; `undo` names the version that leads back. */
    restoreVersion(recipe: string, id: string): Promise<Restored>;
  };

export type RecipeLifeOptions = {
  readonly files: RecipeFiles;
  readonly dataDir: string;
  readonly templatesDir: string;
};

export function createRecipeLife({ files, dataDir, templatesDir }: RecipeLifeOptions): RecipeLife {
  const { root } = files;
  const trash = createTrash(path.join(dataDir, 'recipe-trash'));
  const store = createVersionStore(path.join(dataDir, 'recipe-versions'));
  const journal = createJournal(root, store);
  // Between a check and the write after it no other change of ours may come.
  const inTurn = createTurns();
  const entries = entryChanges({ files, journal, trash });
  const recipes = recipeChanges({ root, templatesDir, journal });
  return {
    save: (order) => inTurn(() => saveVersion({ files, store, journal }, order)),
    createFile: (entry) => inTurn(() => entries.createFile(entry)),
    createFolder: (entry) => inTurn(() => entries.createFolder(entry)),
    rename: (from, to) => inTurn(() => entries.rename(from, to)),
    duplicate: (from, to) => inTurn(() => entries.duplicate(from, to)),
    remove: (entry) => inTurn(() => entries.remove(entry)),
    restore: (id) => inTurn(() => entries.restore(id)),
    createRecipe: (name, template) => inTurn(() => recipes.createRecipe(name, template)),
    renameRecipe: (from, to) => inTurn(() => recipes.renameRecipe(from, to)),
    duplicateRecipe: (from, to) => inTurn(() => recipes.duplicateRecipe(from, to)),
    importRecipe: (zip, name) => inTurn(() => recipes.importRecipe(zip, name)),
    deleted: () => trash.list(),
    exportRecipe: (name) => writeRecipeZip(files, name),
    versions: (recipe) => store.list(recipe),
    versionText: (recipe, id, file) => store.text(recipe, id, file),
    nameVersion: (recipe, id, name) => store.name(recipe, id, name),
    planRestore: (recipe, id) => inTurn(() => planRestore({ files, store }, recipe, id)),
    restoreVersion: (recipe, id) => inTurn(() => restoreVersion({ files, store, trash }, recipe, id)),
  };
}
