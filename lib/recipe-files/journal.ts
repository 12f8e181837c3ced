import { lstat, readFile } from 'node:fs/promises';
import path from 'node:path';
import { resolveRecipeEntry } from './recipe-path';
import { insideRecipe, recipeOf } from './recipe-place';
import { decodeText, MAX_TEXT_BYTES } from './text-file';
import type { VersionKind } from '@/lib/domain/recipe-version';
import type { NewVersion, VersionStore } from './versions/version-store';
import { type RecipeEntry, walkRecipes } from './walk';

/** Texts of a recipe that one version keeps; data sets are beyond it. */
const MAX_VERSION_BYTES = 4 * 1024 * 1024;

/** Writes down what happens to recipes. */
export type Journal = {
  add(recipe: string, version: NewVersion): Promise<void>;
  /** A version with all of an entry as it is on disk now. */
  addEntry(entry: string, kind: VersionKind, message?: string): Promise<void>;
  /** The history goes with a renamed recipe. */
  move(from: string, to: string): Promise<void>;
  /** What `add` takes of an entry: its files with their texts. */
  contentOf(entry: string): Promise<NewVersion['files']>;
};

export function createJournal(root: string, store: VersionStore): Journal {
  async function write(recipe: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // The change itself has happened; losing it over its history would be worse.
      const why = error instanceof Error ? error.message : error;
      console.warn(`The history of ${recipe} could not be written:`, why);
    }
  }
  const add = (recipe: string, version: NewVersion) =>
    write(recipe, async () => {
      await store.add(recipe, version);
    });
  const contentOf = (entry: string) => readContent(root, entry);
  return {
    add,
    addEntry: async (entry, kind, message) =>
      add(recipeOf(entry), { kind, message, files: await contentOf(entry) }),
    move: (from, to) => write(from, () => store.moveRecipe(from, to)),
    contentOf,
  };
}

async function readContent(root: string, entry: string): Promise<NewVersion['files']> {
  const place = await resolveRecipeEntry(root, entry);
  const facts = await lstat(place);
  const files: readonly RecipeEntry[] = facts.isDirectory()
    ? (await walkRecipes(root, entry)).filter(({ kind }) => kind === 'file')
    : [{ path: entry, kind: 'file', bytes: facts.size }];
  if (files.length === 0) return [{ path: insideRecipe(entry), from: null, content: 'folder', text: null }];
  let budget = MAX_VERSION_BYTES;
  const kept: NewVersion['files'][number][] = [];
  for (const file of files) {
    budget -= file.bytes;
    const text = budget < 0 ? null : await readText(path.join(root, file.path), file.bytes);
    const content = text === null ? 'binary' : 'text';
    kept.push({ path: insideRecipe(file.path), from: null, content, text });
  }
  return kept;
}

async function readText(place: string, bytes: number): Promise<string | null> {
  if (bytes > MAX_TEXT_BYTES) return null;
  const content = await readFile(place).catch(() => null);
  return content === null ? null : decodeText(content);
}
