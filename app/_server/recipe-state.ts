import 'server-only';
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
    readGitState(files.root),
  ]);
  const etags = Object.fromEntries(Object.entries(layers).map(([path, text]) => [path, etagOf(text)]));
  const others = entries.filter(
    ({ path, kind, bytes }) => kind === 'file' && bytes <= MAX_TEXT_BYTES && !(path in etags),
  );
  for (const { path } of others) {
    const etag = await etagOrNull(path);
    if (etag !== null) etags[path] = etag;
  }
  return { entries, etags, git };
}

/** Data and files that vanish meanwhile have no version to compare. */
async function etagOrNull(path: string): Promise<string | null> {
  try {
    return (await recipeFolder().read(path)).etag;
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
