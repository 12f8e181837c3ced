import { lstat, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';
import { copyEntry, existingEntry, moveEntry, placeForNew, translated } from './change-entries';
import type { Journal } from './journal';
import type { RecipeFiles } from './recipe-files';
import { assertInRecipe, insideRecipe, recipeOf } from './recipe-place';
import { fileTemplate } from './templates/recipe-template';
import type { DeletedEntry, Trash } from './trash';

export type EntryTools = { readonly files: RecipeFiles; readonly journal: Journal; readonly trash: Trash };

/** Changes of files and folders within a recipe. Each is written down; each deletion can be undone. */
export type EntryChanges = {
  createFile(entry: string): Promise<void>;
  createFolder(entry: string): Promise<void>;
  /** Renames or moves within one recipe. */
  rename(from: string, to: string): Promise<void>;
  duplicate(from: string, to: string): Promise<void>;
  /** A file, a folder or, named by one part, a whole recipe. */
  remove(entry: string): Promise<DeletedEntry>;
  restore(id: string): Promise<DeletedEntry>;
};

export function entryChanges({ files, journal, trash }: EntryTools): EntryChanges {
  const { root } = files;
  return {
    async createFile(entry) {
      assertInRecipe(entry);
      await placeForNew(root, entry);
      const outcome = await files.save({ path: entry, text: fileTemplate(entry), ifMatch: null });
      if (!outcome.ok) throw new AppError('conflict', outcome.error.message);
      await journal.addEntry(entry, 'created');
    },
    async createFolder(entry) {
      assertInRecipe(entry);
      const place = await placeForNew(root, entry);
      await translated(() => mkdir(place), entry, path.dirname(place));
      await journal.addEntry(entry, 'created');
    },
    async rename(from, to) {
      assertInRecipe(from);
      assertInRecipe(to);
      if (recipeOf(from) !== recipeOf(to))
        throw new AppError(
          'invalid_input',
          `${from} can be moved within ${recipeOf(from)} only. Duplicate it into ${recipeOf(to)} instead.`,
        );
      if (from === to) return;
      await moveEntry(root, from, to);
      const newPlace = insideRecipe(to);
      const moved = await journal.contentOf(to);
      const named = moved.map((file) => ({
        ...file,
        from: insideRecipe(from) + file.path.slice(newPlace.length),
      }));
      await journal.add(recipeOf(from), { kind: 'renamed', files: named });
    },
    async duplicate(from, to) {
      assertInRecipe(from);
      assertInRecipe(to);
      await copyEntry(root, from, to);
      await journal.addEntry(to, 'duplicated', `copy of ${from}`);
    },
    async remove(entry) {
      const place = await existingEntry(root, entry);
      const lost = await journal.contentOf(entry);
      const kind = (await lstat(place)).isDirectory() ? 'folder' : 'file';
      const take = () => trash.take(place, { path: entry, kind });
      const deleted = await translated(take, entry, path.dirname(place));
      await journal.add(recipeOf(entry), { kind: 'deleted', files: lost });
      return deleted;
    },
    async restore(id) {
      const entry = await trash.find(id);
      const place = await placeForNew(root, entry.path);
      await translated(() => trash.giveBack(id, place), entry.path, path.dirname(place));
      await journal.addEntry(entry.path, 'restored');
      return entry;
    },
  };
}
