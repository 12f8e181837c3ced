import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';

/** Bounds on a walk: a recipes folder that points at a home directory by mistake must not hang the page. */
const MAX_ENTRIES = 5_000;
const MAX_DEPTH = 8;
/** Made by tools, never part of a recipe. */
export const HIDDEN_FOLDERS: ReadonlySet<string> = new Set(['node_modules', '__pycache__', 'venv']);

export type RecipeEntry = {
  /** From the recipes root, with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'folder';
  readonly bytes: number;
};

/**
 * Everything below `folder` (a path from the root, '' for the root itself): folders before their content, both in
 * alphabetical order. Hidden things and links that lead out of the root are left out.
 */
export async function walkRecipes(root: string, folder: string): Promise<readonly RecipeEntry[]> {
  const realRoot = await realpath(root).catch((cause: unknown) => {
    throw new AppError(
      'not_found',
      `There is no recipes folder at ${root}. Set GALLEY_RECIPES_DIR or make it.`,
      {
        cause,
      },
    );
  });
  const found: RecipeEntry[] = [];
  await collect({ root: realRoot, found }, folder, 0);
  return found;
}

async function collect(
  walk: { readonly root: string; readonly found: RecipeEntry[] },
  folder: string,
  depth: number,
): Promise<void> {
  const entries = await readdir(path.join(walk.root, folder), { withFileTypes: true });
  for (const entry of entries.toSorted(byKindThenName)) {
    if (entry.name.startsWith('.') || HIDDEN_FOLDERS.has(entry.name)) continue;
    if (walk.found.length >= MAX_ENTRIES) {
      throw new AppError(
        'unprocessable',
        `The recipes folder ${walk.root} holds more than ${MAX_ENTRIES} files. Point GALLEY_RECIPES_DIR at a folder that holds recipes only.`,
      );
    }
    const relative = folder === '' ? entry.name : `${folder}/${entry.name}`;
    const facts = await factsInside(walk.root, relative, entry);
    if (facts === null) continue;
    walk.found.push({ path: relative, kind: facts.isFolder ? 'folder' : 'file', bytes: facts.bytes });
    // A linked folder is shown, not entered: it might contain itself.
    if (facts.isFolder && !entry.isSymbolicLink() && depth < MAX_DEPTH)
      await collect(walk, relative, depth + 1);
  }
}

async function factsInside(
  root: string,
  relative: string,
  entry: Dirent,
): Promise<{ isFolder: boolean; bytes: number } | null> {
  const place = path.join(root, relative);
  if (entry.isSymbolicLink()) {
    const aim = await realpath(place).catch(() => null);
    if (aim === null || !aim.startsWith(root + path.sep)) return null;
  }
  const facts = await stat(place).catch(() => null);
  if (facts === null || !(facts.isDirectory() || facts.isFile())) return null;
  return { isFolder: facts.isDirectory(), bytes: facts.size };
}

function byKindThenName(left: Dirent, right: Dirent): number {
  return Number(left.isDirectory()) - Number(right.isDirectory()) || (left.name < right.name ? -1 : 1);
}
