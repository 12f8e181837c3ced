import { AppError } from '@/lib/shared/app-error';
import { MAX_UNPACKED_BYTES, MAX_ZIP_BYTES } from '@/lib/shared/recipe-zip-limits';
import { assertEntryPath, nameKey } from '../entry-name';
import { readZip, type ZipEntry } from './zip-archive';

const MAX_FILES = 2_000;

export type RecipeZip = {
  /** The one folder that everything lies in; null when there is none. */
  readonly folder: string | null;
  /** By path from the recipe's folder. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Hidden files and what operating systems add. */
  readonly leftOut: readonly string[];
};

/** Reads a zip as one recipe. Refuses with `AppError` whatever could write elsewhere or fill the disk. */
export function readRecipeZip(bytes: Uint8Array): RecipeZip {
  if (bytes.length > MAX_ZIP_BYTES)
    throw new AppError(
      'unprocessable',
      `The zip has more than ${MAX_ZIP_BYTES / 1024 / 1024} MiB. Leave the data out and add them on the disk.`,
    );
  const entries = readZip(bytes);
  const leftOut = entries.filter(isClutter).map(({ name }) => name);
  const wanted = entries.filter((entry) => entry.kind !== 'folder' && !isClutter(entry));
  if (wanted.length === 0) throw new AppError('unprocessable', 'The zip holds no files.');
  if (wanted.length > MAX_FILES)
    throw new AppError(
      'unprocessable',
      `The zip holds ${wanted.length} files; a recipe has up to ${MAX_FILES}.`,
    );
  const folder = commonFolder(wanted.map(({ name }) => name));
  const files = new Map<string, Uint8Array>();
  const seen = new Set<string>();
  let left = MAX_UNPACKED_BYTES;
  for (const entry of wanted) {
    const path = checkedPath(entry, folder);
    if (seen.has(nameKey(path)))
      throw new AppError(
        'unprocessable',
        `The zip holds ${path} twice (or in two spellings). Nothing was imported.`,
      );
    seen.add(nameKey(path));
    const content = entry.read(left);
    left -= content.length;
    files.set(path, content);
  }
  if (![...files.keys()].some((path) => /^[^/]+\.ya?ml$/.test(path)))
    throw new AppError(
      'unprocessable',
      'The zip is no recipe: it has no YAML layer such as common.yaml in its folder.',
    );
  return { folder, files, leftOut };
}

function checkedPath(entry: ZipEntry, folder: string | null): string {
  if (entry.kind === 'link')
    throw new AppError(
      'unprocessable',
      `${entry.name} in the zip is a link, which could lead anywhere. Nothing was imported.`,
    );
  if (entry.isEncrypted)
    throw new AppError('unprocessable', `${entry.name} in the zip is encrypted. Nothing was imported.`);
  try {
    assertEntryPath(entry.name);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new AppError(
      'unprocessable',
      `The zip leads out of its folder or has an unusable name. ${why} Nothing was imported.`,
      { cause: error },
    );
  }
  return folder === null ? entry.name : entry.name.slice(folder.length + 1);
}

function commonFolder(names: readonly string[]): string | null {
  const [first = ''] = names;
  const folder = first.slice(0, Math.max(0, first.indexOf('/')));
  return folder !== '' && names.every((name) => name.startsWith(`${folder}/`)) ? folder : null;
}

function isClutter({ name }: ZipEntry): boolean {
  const parts = name.split('/');
  return (
    parts[0] === '__MACOSX' ||
    parts.some((part) => /^\.(?!\.?$)/.test(part) || part === '__pycache__' || part === 'node_modules')
  );
}
