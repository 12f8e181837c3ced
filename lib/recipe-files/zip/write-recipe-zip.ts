import { readFile } from 'node:fs/promises';
import { withoutSecrets } from '@/lib/recipes/environment/without-secrets';
import { AppError } from '@/lib/shared/app-error';
import { MAX_UNPACKED_BYTES } from '@/lib/shared/recipe-zip-limits';
import type { RecipeFiles } from '../recipe-files';
import { resolveRecipePath } from '../recipe-path';
import { decodeText, MAX_TEXT_BYTES } from '../text-file';
import { writeZip } from './zip-archive';

/**
 * A recipe's folder as a zip: every file that the tree shows, links as the files that they lead to, literal secrets
 * replaced. Hidden files stay out.
 */
export async function writeRecipeZip(files: RecipeFiles, recipe: string): Promise<Uint8Array<ArrayBuffer>> {
  const entries = (await files.tree(recipe)).filter(({ kind }) => kind === 'file');
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (bytes > MAX_UNPACKED_BYTES)
    throw new AppError(
      'unprocessable',
      `${recipe} has ${Math.ceil(bytes / 1024 / 1024)} MiB; an export holds up to ${MAX_UNPACKED_BYTES / 1024 / 1024} MiB. Move large data sets out of the recipe and name them by their path.`,
    );
  const contents: [string, Uint8Array][] = [];
  for (const { path } of entries) {
    const content = await readFile(await resolveRecipePath(files.root, path));
    const text = content.length <= MAX_TEXT_BYTES ? decodeText(content) : null;
    const file = path.slice(recipe.length + 1);
    contents.push([path, text === null ? content : new TextEncoder().encode(withoutSecrets(file, text))]);
  }
  return writeZip(contents);
}
