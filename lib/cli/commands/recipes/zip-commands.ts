import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { MAX_ZIP_BYTES } from '@/lib/shared/recipe-zip-limits';
import { AppError } from '@/lib/shared/app-error';
import { EXIT, type ExitCode } from '@/lib/cli/exit-code';
import type { CommandContext } from '@/lib/cli/session';
import { formatBytes } from '@/lib/cli/text-table';
import { tell } from './change-commands';
import { existingRecipe, recipeTools } from './recipe-tools';

/** `galley recipes export` */
export async function exportCommand(
  context: CommandContext,
  typed: string,
  options: { readonly output?: string; readonly force?: boolean; readonly json?: boolean },
): Promise<ExitCode> {
  const tools = recipeTools(context);
  const recipe = await existingRecipe(tools, typed);
  const file = path.resolve(context.io.cwd, options.output ?? `${recipe}.zip`);
  if (existsSync(file) && options.force !== true)
    throw new AppError(
      'conflict',
      `${file} exists already. Choose another with -o, or overwrite it with --force.`,
    );
  const zip = await tools.life.exportRecipe(recipe);
  await writeFile(file, zip).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('storage', `${file} was not written: ${why}. Choose another place with -o.`, {
      cause,
    });
  });
  tell(context, options.json, {
    value: { recipe, file, bytes: zip.length },
    words: `${recipe} is in ${file} (${formatBytes(zip.length)}).`,
  });
  return EXIT.done;
}

/** `galley recipes import` */
export async function importCommand(
  context: CommandContext,
  typed: string,
  options: { readonly as?: string; readonly json?: boolean },
): Promise<ExitCode> {
  const file = path.resolve(context.io.cwd, typed);
  const zip = await readZipFile(file);
  const { name, leftOut } = await recipeTools(context).life.importRecipe(zip, options.as ?? null);
  const without = leftOut.length === 0 ? '' : `, without ${leftOut.join(', ')}`;
  tell(context, options.json, { value: { recipe: name, leftOut }, words: `${name} is imported${without}.` });
  return EXIT.done;
}

/** The size is looked at first: a file of gigabytes is not read to be refused. */
async function readZipFile(file: string): Promise<Uint8Array> {
  const facts = await stat(file).catch(() => null);
  if (facts === null) throw new AppError('not_found', `There is no file ${file}.`);
  if (!facts.isFile()) throw new AppError('invalid_input', `${file} is a folder. Name a zip file.`);
  if (facts.size > MAX_ZIP_BYTES)
    throw new AppError(
      'unprocessable',
      `${file} has ${formatBytes(facts.size)}; Galley takes zips up to ${formatBytes(MAX_ZIP_BYTES)}. Leave the data out and add them on the disk.`,
    );
  return readFile(file);
}
