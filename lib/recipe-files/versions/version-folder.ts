import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import { AppError } from '@/lib/shared/app-error';
import { RecipeVersion, VersionFile } from '@/lib/domain/recipe-version';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

const ENDING = '.json.gz';
const VersionId = z.string().regex(/^\d{13}-[0-9a-f]{8}$/);
/** Folder of files that lie beside the recipes; no recipe's name begins with a dot. */
const NO_RECIPE = '.root';

export const StoredVersion = RecipeVersion.omit({ id: true, files: true }).extend({
  files: z.array(VersionFile.extend({ text: z.string().nullable() })),
});
export type StoredVersion = z.infer<typeof StoredVersion>;

/** One compressed JSON file per version, whose name sorts by time: several processes add without a lock. */
export type VersionFolder = {
  /** null = there is none (any more), or it is damaged. */
  read(recipe: string, id: string): Promise<StoredVersion | null>;
  write(recipe: string, id: string, version: StoredVersion): Promise<void>;
  remove(recipe: string, id: string): Promise<void>;
  /** Newest first. */
  ids(recipe: string): Promise<readonly string[]>;
  moveRecipe(from: string, to: string): Promise<void>;
};

export function openVersionFolder(folder: string): VersionFolder {
  const folderOf = (recipe: string) => path.join(folder, recipe === '' ? NO_RECIPE : plainName(recipe));
  const placeOf = (recipe: string, id: string) => path.join(folderOf(recipe), `${id}${ENDING}`);

  async function ids(recipe: string): Promise<readonly string[]> {
    const names = await readdir(folderOf(recipe)).catch((): string[] => []);
    return names
      .flatMap((name) => (name.endsWith(ENDING) ? [name.slice(0, -ENDING.length)] : []))
      .filter((id) => VersionId.safeParse(id).success)
      .toSorted()
      .toReversed();
  }

  return {
    async read(recipe, id) {
      if (!VersionId.safeParse(id).success) return null;
      try {
        const text = (await decompress(await readFile(placeOf(recipe, id)))).toString('utf8');
        return StoredVersion.safeParse(JSON.parse(text)).data ?? null;
      } catch {
        // One version that was removed meanwhile, or damaged, must not hide the others.
        return null;
      }
    },
    async write(recipe, id, version) {
      const place = placeOf(recipe, id);
      await mkdir(path.dirname(place), { recursive: true });
      const draft = `${place}.${crypto.randomUUID()}.draft`;
      await writeFile(draft, await compress(JSON.stringify(version)));
      await rename(draft, place);
    },
    remove: (recipe, id) => rm(placeOf(recipe, id), { force: true }),
    ids,
    async moveRecipe(from, to) {
      await mkdir(folderOf(to), { recursive: true });
      for (const id of await ids(from)) await rename(placeOf(from, id), placeOf(to, id));
      // Empty only where the two names are two folders: `Task` and `task` are one on many machines.
      await rmdir(folderOf(from)).catch(() => undefined);
    },
  };
}

/** Names come from addresses; none may lead to a folder elsewhere. */
function plainName(recipe: string): string {
  if (recipe === path.basename(recipe) && !recipe.startsWith('.') && !recipe.includes('\0')) return recipe;
  throw new AppError('invalid_input', `"${recipe}" is not the name of a recipe.`);
}
