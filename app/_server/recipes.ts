import 'server-only';
import { composePreview } from '@/components/recipes/compose-preview';
import type { RecipeListItem } from '@/components/recipes/recipe-list';
import type { StudioData } from '@/components/recipes/studio-data';
import { variantState } from '@/components/recipes/variant-state';
import type { Run } from '@/lib/domain/run';
import { etagOf } from '@/lib/recipe-files/text-file';
import { environmentNames } from '@/lib/recipes/environment/environment-names';
import { withoutSecrets } from '@/lib/recipes/environment/without-secrets';
import { AppError } from '@/lib/shared/app-error';
import { readRecipeTexts, visibleEnvironment } from './recipe-environment';
import { recipeFolder } from './recipe-folder';
import { stores } from './stores';

/** Enough to find the last run of each recipe without reading the whole history. */
const RECENT_RUNS = 200;

/** Every recipe with the state of its variants and its last run. Rejects with `AppError` when the folder is unusable. */
export async function loadRecipeList(): Promise<readonly RecipeListItem[]> {
  const [folders, runs] = await Promise.all([recipeFolder().list(), recentRuns()]);
  const texts = await readRecipeTexts(folders.flatMap(entriesOf));
  return folders.map((folder) => ({
    ...folder,
    variants: folder.variants.map((name) => ({
      name,
      state: variantState(composePreview({ name, entry: entryOf(folder, name) }, texts).diagnostics),
    })),
    lastRun: runs.find((run) => run.recipe === folder.name) ?? null,
  }));
}

/** All that the page of one recipe starts with. Rejects with `AppError('not_found')`. */
export async function loadStudio(recipe: string): Promise<StudioData> {
  const files = recipeFolder();
  const entries = await files.tree(recipe);
  const folder = (await files.list()).find(({ name }) => name === recipe);
  if (folder === undefined)
    throw new AppError('not_found', `There is no recipe "${recipe}" in ${files.root}.`);
  const readme = entries.find(({ path }) => path === `${recipe}/README.md`);
  const texts = await readRecipeTexts(entriesOf(folder));
  const names = environmentNames(texts.files, texts.scripts);
  return {
    recipe,
    title: folder.title,
    entries,
    files: [
      ...Object.entries(texts.files).map(([path, text]) => ({ path, text, etag: etagOf(text) })),
      ...(readme === undefined ? [] : [await files.read(readme.path)]),
    ],
    variants: folder.variants.map((name) => ({ name, entry: entryOf(folder, name) })),
    scripts: shownScripts(texts.scripts),
    environment: { names, values: visibleEnvironment(names, texts) },
  };
}

type Folder = { readonly name: string; readonly variants: readonly string[] };

function entryOf({ name }: Pick<Folder, 'name'>, variant: string): string {
  return `${name}/${variant}.yaml`;
}

function entriesOf(folder: Folder): readonly string[] {
  return folder.variants.map((variant) => entryOf(folder, variant));
}

/** A script elsewhere on the disk is no file of the studio: nobody can mend a secret of it there. */
function shownScripts(scripts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(scripts).map(([path, text]) => [
      path,
      path.startsWith('/') ? withoutSecrets(path, text) : text,
    ]),
  );
}

/** Recipes stay readable and editable when the store is not. */
async function recentRuns(): Promise<readonly Run[]> {
  try {
    const { runStore } = await stores();
    return (await runStore.list({ limit: RECENT_RUNS })).runs;
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}
