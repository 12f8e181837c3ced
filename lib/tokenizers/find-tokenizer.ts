import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';

export type TokenizerPlaces = {
  /** Where relative folders start, tried in order: the recipe's folder, then the repository's root. */
  readonly baseDirs: readonly string[];
  /** The local cache of the Hugging Face hub (`readEnv().hubCache`). */
  readonly hubCache: string;
  /** What messages call the setting that names the tokenizer. */
  readonly setting: string;
};

/** `Qwen/Qwen3-8B`, or an old name of one part such as `gpt2`. */
const HUB_ID = /^[\w][\w.-]*(?:\/[\w][\w.-]*)?$/;

/**
 * The folder with the `tokenizer.json` that a recipe names: a folder (or that file itself), else a hub id in the local
 * cache. Nothing is ever downloaded. Rejects with `AppError('not_found')` that says what to put where.
 */
export async function findTokenizer(named: string, places: TokenizerPlaces): Promise<string> {
  const { baseDirs, setting } = places;
  const folders = path.isAbsolute(named) ? [named] : baseDirs.map((base) => path.resolve(base, named));
  for (const folder of folders) {
    const kind = await stat(folder).catch(() => null);
    if (kind?.isFile() === true && path.basename(folder) === 'tokenizer.json') return path.dirname(folder);
    if (kind?.isDirectory() !== true) continue;
    if (await isFile(path.join(folder, 'tokenizer.json'))) return folder;
    throw new AppError(
      'not_found',
      `${setting} names ${named}, and ${folder} has no tokenizer.json. Save one there with ` +
        'AutoTokenizer.from_pretrained(…).save_pretrained(…), which also writes the chat template.',
    );
  }
  const cached = HUB_ID.test(named) ? await findInCache(named, places.hubCache) : null;
  if (cached !== null) return cached;
  throw new AppError('not_found', `${setting} names ${named}, and ${missing(named, folders, places)}`);
}

function missing(named: string, folders: readonly string[], { hubCache }: TokenizerPlaces): string {
  const looked = `there is no such folder (looked at: ${folders.join(', ')})`;
  if (!HUB_ID.test(named)) return `${looked}. Put tokenizer.json and tokenizer_config.json there.`;
  return (
    `${looked} and no copy of it in the Hugging Face cache (${hubCache}). Galley downloads nothing. ` +
    `Run: hf download ${named} --include "*.json" "*.jinja" "*.txt", or put tokenizer.json and ` +
    'tokenizer_config.json into a folder and name that.'
  );
}

/** `models--Qwen--Qwen3-8B/refs/main` names the snapshot in use; without it any snapshot with a tokenizer will do. */
async function findInCache(id: string, hubCache: string): Promise<string | null> {
  const model = path.join(hubCache, `models--${id.replaceAll('/', '--')}`);
  const main = await readFile(path.join(model, 'refs', 'main'), 'utf8').catch(() => '');
  const snapshots = await readdir(path.join(model, 'snapshots')).catch(() => []);
  const current = snapshots.filter((name) => name === main.trim());
  for (const name of [...current, ...snapshots.toSorted().toReversed()]) {
    const folder = path.join(model, 'snapshots', name);
    if (await isFile(path.join(folder, 'tokenizer.json'))) return folder;
  }
  return null;
}

async function isFile(file: string): Promise<boolean> {
  // a snapshot's files are links to blobs
  return (await stat(file).catch(() => null))?.isFile() === true;
}
