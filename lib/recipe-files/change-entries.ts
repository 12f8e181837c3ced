import { cp, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';
import { assertEntryPath, nameKey } from './entry-name';
import { realRecipesRoot, resolveRecipeEntry } from './recipe-path';
import { explainWriteError } from './text-file';

// Changes of the folder itself. All paths are from the recipes root; texts are `text-file.ts`'s.

/** Where a new entry may be put: its folders exist afterwards, itself does not. */
export async function placeForNew(root: string, entry: string): Promise<string> {
  assertEntryPath(entry);
  const parts = entry.split('/');
  let folder = await realRecipesRoot(root);
  for (const depth of parts.keys()) {
    const here = parts.slice(0, depth + 1).join('/');
    const isLast = depth === parts.length - 1;
    // The parent is resolved at every level, so that a link on the way cannot lead out of the root.
    const place = await resolveRecipeEntry(root, here);
    const clash = await clashing(folder, path.basename(place));
    if (isLast && clash !== null) throw clashError(here, clash);
    if (!isLast) {
      if (clash !== null && clash !== path.basename(place)) throw clashError(here, clash);
      await translated(() => mkdir(place, { recursive: true }), here, folder);
    }
    folder = place;
  }
  return folder;
}

/** Moves an entry to another name, which may differ from its own in case only. Nothing is overwritten. */
export async function moveEntry(root: string, from: string, to: string): Promise<void> {
  assertEntryPath(to);
  if (to.startsWith(`${from}/`))
    throw new AppError('invalid_input', `${from} cannot be moved into itself. Choose a folder outside it.`);
  const source = await existingEntry(root, from);
  const isRespelled = path.posix.dirname(to) === path.posix.dirname(from) && nameKey(to) === nameKey(from);
  const target = isRespelled ? await resolveRecipeEntry(root, to) : await placeForNew(root, to);
  if (isRespelled) await refuseOther(source, target, to);
  await translated(() => rename(source, target), to, path.dirname(target));
}

/** Where cases are told apart, the other spelling may be another entry; elsewhere it is this one. */
async function refuseOther(source: string, target: string, to: string): Promise<void> {
  const [ours, other] = [await lstat(source), await lstat(target).catch(() => null)];
  if (other !== null && (other.ino !== ours.ino || other.dev !== ours.dev))
    throw clashError(to, path.posix.basename(to));
}

/** Copies a file or a folder; links are copied as links. A crash leaves no half copy under the new name. */
export async function copyEntry(root: string, from: string, to: string): Promise<void> {
  const source = await existingEntry(root, from);
  const target = await placeForNew(root, to);
  if (`${target}${path.sep}`.startsWith(`${source}${path.sep}`))
    throw new AppError('invalid_input', `${from} cannot be copied into itself. Choose a folder outside it.`);
  const draft = path.join(path.dirname(target), `.${path.basename(target)}.copy-${crypto.randomUUID()}`);
  await translated(
    async () => {
      try {
        await cp(source, draft, {
          recursive: true,
          verbatimSymlinks: true,
          // Hidden things stay behind: they belong to the original, such as its own git repository.
          filter: (file) => file === source || !path.basename(file).startsWith('.'),
        });
        await rename(draft, target);
      } catch (error) {
        await rm(draft, { recursive: true, force: true });
        throw error;
      }
    },
    to,
    path.dirname(target),
  );
}

export async function existingEntry(root: string, entry: string): Promise<string> {
  const place = await resolveRecipeEntry(root, entry);
  if ((await lstat(place).catch(() => null)) === null)
    throw new AppError('not_found', `There is no ${entry} in ${root} (any more).`);
  return place;
}

/** The entry of `folder` that is the same name on a machine that does not tell cases apart; null = none. */
async function clashing(folder: string, name: string): Promise<string | null> {
  const names = await readdir(folder).catch((): string[] => []);
  return (names.includes(name) ? name : names.find((other) => nameKey(other) === nameKey(name))) ?? null;
}

function clashError(entry: string, clash: string): AppError {
  const isSame = path.posix.basename(entry) === clash;
  return new AppError(
    'conflict',
    isSame
      ? `${entry} exists already. Choose another name.`
      : `${entry} and the existing ${clash} differ in case only, which other machines cannot hold. Choose another name.`,
  );
}

export async function translated<T>(work: () => Promise<T>, name: string, folder: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainWriteError(error, name, folder);
  }
}
