import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { Refusal } from './refusal';

/** `file` as an absolute path below the data directory; refuses what leads out of it, through links too. */
export async function insideOf(dataDir: string, file: string): Promise<string> {
  const target = path.resolve(dataDir, file);
  const outside = new Refusal(
    'invalid_request',
    `The path ${file} is outside of the data directory ${dataDir}`,
  );
  if (file.includes('\0') || !isBelow(path.resolve(dataDir), target)) throw outside;
  // a link on the way could still lead out
  if (!isBelow(await realpath(dataDir), await realAncestor(target))) throw outside;
  return target;
}

function isBelow(folder: string, target: string): boolean {
  return target === folder || target.startsWith(folder + path.sep);
}

/** Where the deepest part of the path that exists really is. */
async function realAncestor(target: string): Promise<string> {
  try {
    return await realpath(target);
  } catch (error) {
    const parent = path.dirname(target);
    const code = error instanceof Error && 'code' in error ? error.code : null;
    // a file where a folder should be is reported by whoever uses the path
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    if (!isMissing || parent === target) throw error;
    return await realAncestor(parent);
  }
}
