import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';

/**
 * The path from the recipes root (`pig_latin/embedded.yaml`) of a layer that somebody typed: relative to the current
 * folder, to the repository or to the recipes root, with or without `.yaml`.
 */
export function resolveEntry(
  typed: string,
  places: { readonly cwd: string; readonly root: string; readonly recipesDir: string },
): string {
  const spelled = /\.ya?ml$/i.test(typed) ? [typed] : [typed, `${typed}.yaml`, `${typed}.yml`];
  const folders = [places.cwd, places.root, places.recipesDir];
  const candidates = folders.flatMap((folder) => spelled.map((name) => path.resolve(folder, name)));
  const recipesDir = real(places.recipesDir);
  const outside: string[] = [];
  for (const candidate of candidates) {
    if (!/\.ya?ml$/i.test(candidate) || !existsSync(candidate)) continue;
    const entry = path.relative(recipesDir, real(candidate));
    if (!entry.startsWith('..') && !path.isAbsolute(entry)) return entry.split(path.sep).join('/');
    outside.push(candidate);
  }
  const [file] = outside;
  throw file === undefined
    ? new AppError(
        'not_found',
        `There is no recipe layer ${typed} (looked from ${places.cwd} and in ${places.recipesDir}). Name a file such as recipes/pig_latin/embedded.yaml.`,
      )
    : new AppError(
        'invalid_input',
        `${file} is not inside the recipes folder ${places.recipesDir}. Move it there, or set GALLEY_RECIPES_DIR to the folder that holds your recipes.`,
      );
}

/** Folders may be reached through links (macOS's /tmp is one); a missing folder stays as it is. */
function real(file: string): string {
  return existsSync(file) ? realpathSync(file) : file;
}
