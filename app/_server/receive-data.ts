import 'server-only';
import { appendFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { convertData } from '@/lib/datasets/convert/convert-data';
import { readEnv } from '@/lib/env';
import { resolveRecipePath } from '@/lib/recipe-files/recipe-path';
import { AppError } from '@/lib/shared/app-error';
import { recipeFolder } from './recipe-folder';

const MAX_BYTES = 2 * 1024 ** 3;
const MAX_PART_BYTES = 8 * 1024 * 1024;
/** An upload that its page has left is removed when the next one begins. */
const STALE_MS = 60 * 60 * 1000;

export const DataPart = z.object({
  recipe: z.string().min(1),
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._ -]{0,99}\.(jsonl|csv)$/i, {
    error:
      'a file to convert ends in .jsonl or .csv, and its name has letters, digits, ".", "_", "-" and spaces only',
  }),
  id: z.uuid(),
  offset: z.coerce.number().int().nonnegative(),
  isLast: z.enum(['true', 'false']),
});

/** Takes one part of an upload; the last one makes `data/<name>.parquet` in the recipe's folder, which must not exist yet. */
export async function receiveData(part: z.infer<typeof DataPart>, request: Request) {
  const stem = part.name.replace(/\.(jsonl|csv)$/i, '').replaceAll(' ', '_');
  const named = `data/${stem}.parquet`;
  const output = await placeOf(part.recipe, named);
  const folder = path.join(readEnv().dataDir, 'uploads');
  const file = path.join(folder, `${part.id}${path.extname(part.name).toLowerCase()}`);
  await mkdir(folder, { recursive: true });
  if (part.offset === 0) await removeStale(folder);
  const bytes = await readAtMost(request, MAX_PART_BYTES);
  const known = (await stat(file).catch(() => null))?.size ?? 0;
  if (bytes === null || part.offset + bytes.length > MAX_BYTES) {
    await rm(file, { force: true });
    throw new AppError(
      'invalid_input',
      `${part.name} is larger than 2 GiB. Convert it in the terminal: galley data convert ${part.name} ${named}`,
    );
  }
  if (known !== part.offset)
    throw new AppError('conflict', 'A part of the upload is missing; drop the file again.');
  await appendFile(file, bytes);
  if (part.isLast === 'false') return { isComplete: false };
  try {
    const { rows, columns } = await convertData({ inputs: [file], output, isOverwriteAllowed: false });
    return { isComplete: true, named, rows, columns };
  } catch (error) {
    throw error instanceof AppError ? renamed(error, file, part.name) : error;
  } finally {
    await rm(file, { force: true });
  }
}

/** Null when there is more; what is too much is not kept in memory. */
async function readAtMost(request: Request, maxBytes: number): Promise<Buffer | null> {
  const reader = request.body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    size += part.value.length;
    if (size > maxBytes) {
      await reader?.cancel();
      return null;
    }
    chunks.push(part.value);
  }
  return Buffer.concat(chunks);
}

/** The person knows the name of the file that was dropped, not of the one that it was kept in. */
function renamed(error: AppError, file: string, name: string): AppError {
  const message = error.message.replaceAll(file, name).replace('The input: ', '');
  return new AppError(error.code, message, { cause: error });
}

async function placeOf(recipe: string, named: string): Promise<string> {
  const recipes = recipeFolder();
  await recipes.tree(recipe);
  const { root } = recipes;
  await mkdir(await resolveRecipePath(root, `${recipe}/data`), { recursive: true });
  const output = await resolveRecipePath(root, `${recipe}/${named}`);
  if ((await stat(output).catch(() => null)) === null) return output;
  throw new AppError(
    'conflict',
    `${named} exists already in ${recipe}. Rename the file that you drop, or remove the old one.`,
  );
}

async function removeStale(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > STALE_MS) await rm(file, { force: true });
  }
}
