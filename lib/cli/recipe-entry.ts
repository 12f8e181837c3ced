import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';

type Places = { readonly cwd: string; readonly root: string; readonly recipesDir: string };

/**
 * The path from the recipes root (`pig_latin`, `pig_latin/common.yaml`) of what somebody typed: relative to the current
 * folder, to the repository or to the recipes root. It need not exist: a new name is taken as it stands.
 */
export function recipeEntry(typed: string, { cwd, root, recipesDir }: Places): string {
  const plain = typed.replace(/\/+$/, '');
  const real = existsSync(recipesDir) ? realpathSync(recipesDir) : recipesDir;
  for (const folder of [cwd, root, recipesDir]) {
    const place = path.resolve(folder, plain);
    // The folder is resolved, the entry itself is not: a link is what is meant, not where it leads.
    if (!existsSync(path.dirname(place))) continue;
    const entry = path.relative(real, path.join(realpathSync(path.dirname(place)), path.basename(place)));
    if (entry === '' || entry.startsWith('..') || path.isAbsolute(entry)) continue;
    return entry.split(path.sep).join('/');
  }
  if (path.isAbsolute(plain))
    throw new AppError(
      'invalid_input',
      `${typed} is not inside the recipes folder ${recipesDir}. Name a recipe such as pig_latin, or a file such as pig_latin/common.yaml.`,
    );
  return plain;
}
