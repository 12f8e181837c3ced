import 'server-only';
import { readFile } from 'node:fs/promises';
import type { EnvironmentView } from '@/components/recipes/preview';
import { readEnv } from '@/lib/env';
import { markedNames } from '@/lib/recipes/environment/compose-variant';
import { parseEnvScript } from '@/lib/recipes/environment/parse-env-script';
import { findSetupScript } from '@/lib/recipes/environment/setup-script';
import { visibleToRecipes } from '@/lib/secrets/recipe-secrets';
import { recipeFolder } from './recipe-folder';

/** What composing a variant needs, as it lies on disk. */
export type RecipeTexts = {
  readonly files: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly env: EnvironmentView;
};

/** Layers, scripts and environment of the recipes folder; `entries`: variants whose scripts may lie outside it. */
export async function readRecipeTexts(entries: readonly string[]): Promise<RecipeTexts> {
  const folder = recipeFolder();
  const [files, scripts, env] = await Promise.all([
    folder.layers(),
    folder.scripts(),
    visibleToRecipes(readEnv().dataDir),
  ]);
  const inside = { files, scripts, env };
  return { ...inside, scripts: { ...(await scriptsOutside(entries, inside)), ...scripts } };
}

/** Values of the named variables that are set; of secrets, by name or by mark, only that they are. */
export function visibleEnvironment(
  names: readonly string[],
  { files, scripts, env }: RecipeTexts,
): EnvironmentView {
  const marked = new Set([
    ...markedNames(Object.values(files)),
    ...Object.values(scripts).flatMap((text) => parseEnvScript(text, {}).marked),
  ]);
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = Object.hasOwn(env, name) ? env[name] : undefined;
      if (value === undefined) return [];
      return [[name, marked.has(name) && value !== '' ? ({ secret: true } as const) : value] as const];
    }),
  );
}

/** A script that cannot be read is left out: the checks before a launch say so. */
async function scriptsOutside(
  entries: readonly string[],
  { files, scripts, env }: RecipeTexts,
): Promise<Readonly<Record<string, string>>> {
  const paths = entries.flatMap((entry) => findSetupScript({ files, entry, env }, scripts).path ?? []);
  const outside = [...new Set(paths)].filter((path) => path.startsWith('/'));
  const read = outside.map(async (path) => [path, await readFile(path, 'utf8').catch(() => null)] as const);
  return Object.fromEntries(
    (await Promise.all(read)).flatMap(([path, text]) => (text === null ? [] : [[path, text]])),
  );
}
