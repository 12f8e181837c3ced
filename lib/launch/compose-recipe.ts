import { readFile } from 'node:fs/promises';
import type { RecipeFiles } from '@/lib/recipe-files/recipe-files';
import type { Composed } from '@/lib/recipes/compose';
import {
  type ComposedVariant,
  composeVariant,
  type VariantEnvironment,
} from '@/lib/recipes/environment/compose-variant';
import { visibleToRecipes } from '@/lib/secrets/recipe-secrets';
import { AppError } from '@/lib/shared/app-error';

export type ComposedRecipe = {
  /** Every layer and every script below the recipes root, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Without any secret's value. */
  readonly composed: Composed;
  readonly environment: VariantEnvironment;
  /** What the layers read, as far as it is known before the script has run. */
  readonly env: ComposedVariant['env'];
};

type Places = { readonly recipeFiles: RecipeFiles; readonly dataDir: string };

type Visible = ComposedVariant['env'];
type ComposeWith = {
  /** The environment script has been run, and left this. */
  readonly ranEnvironment?: Visible;
  /** For variables that nothing sets. */
  readonly standIns?: Visible;
};

/**
 * Composes a layer as it lies on disk, with this process's environment, the secret store and what its environment
 * script says; the script is not run. Rejects with `AppError('not_found')`.
 */
export async function composeRecipe(
  { recipeFiles, dataDir }: Places,
  request: { readonly entry: string; readonly overrides: readonly string[] },
  { ranEnvironment, standIns = {} }: ComposeWith = {},
): Promise<ComposedRecipe> {
  const [files, scripts] = await Promise.all([recipeFiles.layers(), recipeFiles.scripts()]);
  if (files[request.entry] === undefined) {
    throw new AppError('not_found', `There is no layer ${request.entry} in ${recipeFiles.root}.`);
  }
  const env = ranEnvironment ?? (await visibleToRecipes(dataDir));
  const input = {
    files,
    env,
    hasRun: ranEnvironment !== undefined,
    previewValues: standIns,
    ...request,
  };
  const variant = composeVariant({ ...input, scripts });
  const outside = variant.environment.script;
  if (outside?.startsWith('/') !== true) return { files: { ...scripts, ...files }, ...variant };
  const all = { ...scripts, [outside]: await readOutside(outside) };
  return { files: { ...all, ...files }, ...composeVariant({ ...input, scripts: all }) };
}

async function readOutside(script: string): Promise<string> {
  return readFile(script, 'utf8').catch((cause: unknown) => {
    const message = `environment.setup_script is ${script}, and that file cannot be read. Correct the path or its permissions.`;
    throw new AppError('unprocessable', message, { cause });
  });
}

/** Paths of the layers that took part, as far as they set anything. */
export function layersOf({ provenance }: Composed): readonly string[] {
  const places = [...provenance.values()].flatMap(({ source, beaten }) =>
    source === null ? beaten : [source, ...beaten],
  );
  return [...new Set(places.map(({ file }) => file))];
}
