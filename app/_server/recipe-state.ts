import 'server-only';
import path from 'node:path';
import { type GitState, readGitState } from '@/lib/recipe-files/git-state';
import { etagOf, MAX_TEXT_BYTES } from '@/lib/recipe-files/text-file';
import type { RecipeEntry } from '@/lib/recipe-files/walk';
import { AppError } from '@/lib/shared/app-error';
import { recipeFolder } from './recipe-folder';

export type RecipeState = {
  readonly entries: readonly RecipeEntry[];
  /** Version on disk of every layer and of every text file of the recipe. */
  readonly etags: Readonly<Record<string, string>>;
  readonly git: GitState | null;
};

/** What lies on disk now, for a page that compares it with what it has. */
export async function readRecipeState(recipe: string): Promise<RecipeState> {
  const files = recipeFolder();
  const [entries, layers, git] = await Promise.all([
    files.tree(recipe),
    files.layers(),
    readRecipeGit(files.root, recipe),
  ]);
  const etags = Object.fromEntries(Object.entries(layers).map(([file, text]) => [file, etagOf(text)]));
  const others = entries.filter(
    (entry) => entry.kind === 'file' && entry.bytes <= MAX_TEXT_BYTES && !(entry.path in etags),
  );
  for (const other of others) {
    const etag = await etagOrNull(other.path);
    if (etag !== null) etags[other.path] = etag;
  }
  return { entries, etags, git };
}

/** The repository that the recipe lies in, which may be its own. Marks by path from the recipes root. */
async function readRecipeGit(root: string, recipe: string): Promise<GitState | null> {
  const git = await readGitState(path.join(root, recipe));
  if (git === null) return null;
  const marks = Object.entries(git.marks).map(([file, mark]) => [`${recipe}/${file}`, mark] as const);
  return { ...git, marks: Object.fromEntries(marks) };
}

/** Data and files that vanish meanwhile have no version to compare. */
async function etagOrNull(file: string): Promise<string | null> {
  try {
    return (await recipeFolder().read(file)).etag;
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
