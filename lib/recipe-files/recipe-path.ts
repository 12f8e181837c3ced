import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';

/**
 * The place on disk of a file of the recipes, given its path from the recipes root. Links are followed; what lies
 * outside the root is refused, so that neither `../` nor a symlink reaches other files of this machine.
 * The file itself may not exist yet; its folder must.
 */
export async function resolveRecipePath(root: string, file: string): Promise<string> {
  const realRoot = await realRecipesRoot(root);
  const place = await resolveRecipeEntry(root, file);
  const link = await lstat(place).catch(() => null);
  if (link?.isSymbolicLink() !== true) return place;
  const aim = await realpath(place).catch((cause: unknown) => {
    throw new AppError('not_found', `${file} is a link to a file that does not exist.`, { cause });
  });
  assertInside(realRoot, aim, file);
  return aim;
}

/** The recipes root without links. Rejects with `AppError('not_found')` that says what to set. */
export async function realRecipesRoot(root: string): Promise<string> {
  return realpath(root).catch((cause: unknown) => {
    throw new AppError(
      'not_found',
      `There is no recipes folder at ${root}. Set GALLEY_RECIPES_DIR or make it.`,
      { cause },
    );
  });
}

/** The place of the entry itself: a link is not followed, so that moving or deleting it leaves its target alone. */
export async function resolveRecipeEntry(root: string, file: string): Promise<string> {
  assertPlainPath(file);
  const realRoot = await realRecipesRoot(root);
  const target = path.join(realRoot, file);
  const parent = await realpath(path.dirname(target)).catch((cause: unknown) => {
    throw new AppError('not_found', `There is no folder ${path.posix.dirname(file)} in ${root}.`, { cause });
  });
  assertInside(realRoot, parent, file);
  return path.join(parent, path.basename(target));
}

function assertPlainPath(file: string): void {
  const parts = file.split('/');
  const isPlain =
    file !== '' &&
    !file.includes('\0') &&
    !file.includes('\\') &&
    parts.every((part) => part !== '' && !part.startsWith('.'));
  if (!isPlain) {
    throw new AppError(
      'forbidden',
      `"${file}" is not a path inside the recipes folder. Use names like my_task/common.yaml, without "..".`,
    );
  }
}

function assertInside(root: string, place: string, file: string): void {
  const relative = path.relative(root, place);
  if (relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative)) {
    throw new AppError(
      'forbidden',
      `${file} leads out of the recipes folder. Copy what it links to into the recipe.`,
    );
  }
}
