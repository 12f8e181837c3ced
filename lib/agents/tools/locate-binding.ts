import { stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';

const ENDINGS = ['.py', '.ts', '.mts', '.js', '.mjs'];
const NAME = /^[A-Za-z_$][\w$]*$/;

export type BoundCode = { readonly file: string; readonly name: string };

/**
 * The file and name of a binding: `tools.custom_tool:run` (a module as Python writes it) or `tools/calculator.ts:Calculator`
 * (a file); `folders` are tried in order. A module that exists in both languages is the Python one.
 */
export async function locateBinding(
  binding: string,
  { folders, label }: { readonly folders: readonly string[]; readonly label: string },
): Promise<BoundCode> {
  const colon = binding.lastIndexOf(':');
  const stem = binding.slice(0, colon);
  const name = binding.slice(colon + 1);
  if (colon <= 0 || !NAME.test(name)) {
    const example = 'tools.custom_tool:run or tools/calculator.ts:Calculator';
    throw new AppError(
      'invalid_input',
      `${label}: "${binding}" is not a binding. Write module:name, such as ${example}.`,
    );
  }
  const isFile = ENDINGS.some((ending) => stem.endsWith(ending));
  const stems = isFile ? [stem] : ENDINGS.map((ending) => stem.replaceAll('.', '/') + ending);
  const candidates = folders.flatMap((folder) => stems.map((each) => path.resolve(folder, each)));
  for (const file of candidates) {
    const found = await stat(file).catch(() => null);
    if (found?.isFile()) return { file, name };
  }
  throw new AppError(
    'not_found',
    `${label}: the binding ${binding} names no file. Looked at: ${candidates.join(', ')}. Put the file there, or correct the binding.`,
  );
}
