import 'server-only';
import { composePreview } from '@/components/recipes/compose-preview';
import { environmentNames } from '@/components/recipes/environment-names';
import type { EnvironmentView } from '@/components/recipes/preview';
import type { RecipeListItem } from '@/components/recipes/recipe-list';
import type { StudioData } from '@/components/recipes/studio-data';
import { variantState } from '@/components/recipes/variant-state';
import type { Run } from '@/lib/domain/run';
import { recipeEnvironment } from '@/lib/env';
import { etagOf } from '@/lib/recipe-files/text-file';
import { AppError } from '@/lib/shared/app-error';
import { recipeFolder } from './recipe-folder';
import { stores } from './stores';

/** Enough to find the last run of each recipe without reading the whole history. */
const RECENT_RUNS = 200;

/** Every recipe with the state of its variants and its last run. Rejects with `AppError` when the folder is unusable. */
export async function loadRecipeList(): Promise<readonly RecipeListItem[]> {
  const [folders, layers, runs] = await Promise.all([
    recipeFolder().list(),
    recipeFolder().layers(),
    recentRuns(),
  ]);
  const env = visibleEnvironment(environmentNames(Object.values(layers)));
  return folders.map((folder) => ({
    ...folder,
    variants: folder.variants.map((name) => ({
      name,
      state: variantState(
        composePreview({ name, entry: `${folder.name}/${name}.yaml` }, { files: layers, env }).diagnostics,
      ),
    })),
    lastRun: runs.find((run) => run.recipe === folder.name) ?? null,
  }));
}

/** All that the page of one recipe starts with. Rejects with `AppError('not_found')`. */
export async function loadStudio(recipe: string): Promise<StudioData> {
  const files = recipeFolder();
  const entries = await files.tree(recipe);
  const [folders, layers] = await Promise.all([files.list(), files.layers()]);
  const folder = folders.find(({ name }) => name === recipe);
  if (folder === undefined)
    throw new AppError('not_found', `There is no recipe "${recipe}" in ${files.root}.`);
  const readme = entries.find(({ path }) => path === `${recipe}/README.md`);
  const names = environmentNames(Object.values(layers));
  return {
    recipe,
    title: folder.title,
    entries,
    files: [
      ...Object.entries(layers).map(([path, text]) => ({ path, text, etag: etagOf(text) })),
      ...(readme === undefined ? [] : [await files.read(readme.path)]),
    ],
    variants: folder.variants.map((name) => ({ name, entry: `${folder.name}/${name}.yaml` })),
    environment: { names, values: visibleEnvironment(names) },
  };
}

/** Values of the named variables that are set; of secrets only that they are. */
export function visibleEnvironment(names: readonly string[]): EnvironmentView {
  const all = recipeEnvironment();
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = all[name];
      return value === undefined ? [] : [[name, value]];
    }),
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
