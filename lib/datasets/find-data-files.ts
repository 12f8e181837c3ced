import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';

export type FindOptions = {
  /** What messages call the setting that names the files. */
  readonly setting: string;
  /** Where relative paths start, tried in order: the recipe's folder, then the repository's root. */
  readonly baseDirs: readonly string[];
};

const PATTERN = /[*?[]/;
/** `/**` is typed on the way to a longer path; it must not walk the whole disk. */
const MOST_FOLDERS = 5_000;

/** Whether a name stands for every file that it matches. */
export function isPattern(named: string): boolean {
  return PATTERN.test(named);
}

/**
 * Absolute paths of what a recipe names; `*`, `?` and `[…]` match within one part of a path, `**` any folders, and what
 * they find comes in the order of its names. Rejects with `AppError('not_found')` that says where it looked.
 */
export async function findDataFiles(named: string, options: FindOptions): Promise<readonly string[]> {
  const { setting, baseDirs } = options;
  const places = path.isAbsolute(named) ? [named] : baseDirs.map((base) => path.resolve(base, named));
  for (const place of places) {
    if ((await stat(place).catch(() => null))?.isFile()) return [place];
  }
  if (!isPattern(named)) {
    throw new AppError(
      'not_found',
      `${setting} names ${named}, and there is no such file. Looked at: ${places.join(', ')}. ` +
        'Put the file there, or correct the path (relative paths start at the recipe folder).',
    );
  }
  for (const place of places) {
    const found = await expand(place);
    if (found.length > 0) return found;
  }
  throw new AppError(
    'not_found',
    `${setting} names ${named}, and no file matches. Looked at: ${places.join(', ')}. ` +
      'Put the files there, or correct the pattern (* and ? match within one folder or file name).',
  );
}

async function expand(pattern: string): Promise<readonly string[]> {
  const { root } = path.parse(pattern);
  const parts = pattern.slice(root.length).split(/[/\\]/);
  let found: readonly string[] = [root];
  for (const part of parts.filter((part, index) => part !== '**' || parts[index - 1] !== '**')) {
    const next = await Promise.all(found.map((folder) => step(folder, part)));
    // two `**` may reach the same folder, whose rows count once
    found = [...new Set(next.flat())];
  }
  const kinds = await Promise.all(found.map(async (file) => (await stat(file).catch(() => null))?.isFile()));
  return found.filter((_, index) => kinds[index] === true);
}

async function step(folder: string, part: string): Promise<readonly string[]> {
  if (!PATTERN.test(part)) return [path.join(folder, part)];
  if (part === '**') return foldersBelow(folder);
  const names = await readdir(folder).catch(() => []);
  const matcher = matcherOf(part);
  return names
    .filter((name) => matcher.test(name) && (!name.startsWith('.') || part.startsWith('.')))
    .toSorted()
    .map((name) => path.join(folder, name));
}

/** The folder itself and all below it but hidden ones, in the order of their names. */
async function foldersBelow(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  const walk = async (here: string): Promise<void> => {
    if (found.push(here) > MOST_FOLDERS) {
      throw new AppError(
        'unprocessable',
        `** stands for more than ${MOST_FOLDERS} folders in ${folder}. Begin the pattern in a folder nearer to the data.`,
      );
    }
    const entries = await readdir(here, { withFileTypes: true }).catch(() => []);
    const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
    for (const name of names.map((entry) => entry.name).toSorted()) await walk(path.join(here, name));
  };
  await walk(folder);
  return found;
}

function matcherOf(part: string): RegExp {
  const pattern = part
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('[!', '[^')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  try {
    return new RegExp(`^${pattern}$`);
  } catch {
    // a bracket that opens no set stands for itself
    return new RegExp(`^${pattern.replaceAll('[', String.raw`\[`).replaceAll(']', String.raw`\]`)}$`);
  }
}
