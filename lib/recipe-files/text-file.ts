import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@/lib/shared/app-error';

/** Recipe files are written by people; anything larger is data and does not belong into an editor. */
export const MAX_TEXT_BYTES = 1024 * 1024;

export type TextFile = {
  /** From the recipes root. */
  readonly path: string;
  readonly text: string;
  /** Hash of the content: what a save names as the version that it replaces. */
  readonly etag: string;
};

export function etagOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** `null` when the file does not exist. */
export async function readTextFile(place: string, name: string): Promise<TextFile | null> {
  const facts = await stat(place).catch((error: unknown) => {
    if (errno(error) === 'ENOENT') return null;
    throw explainReadError(error, name);
  });
  if (facts === null) return null;
  if (!facts.isFile()) throw new AppError('invalid_input', `${name} is a folder, not a file.`);
  assertSize(facts.size, name);
  const bytes = await readBytes(place, name);
  if (bytes === null) return null;
  const text = decodeText(bytes);
  if (text === null)
    throw new AppError('unprocessable', `${name} is not a text file; it cannot be edited here.`);
  return { path: name, text, etag: etagOf(text) };
}

/** `null` when the file is gone, as between a look at its folder and this while git changes branch. */
export async function readBytes(place: string, name: string): Promise<Uint8Array | null> {
  return readFile(place).catch((error: unknown) => {
    if (errno(error) === 'ENOENT') return null;
    throw explainReadError(error, name);
  });
}

/** Text of UTF-8 bytes, or `null` for anything that is not text. */
export function decodeText(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** Replaces the file in one step: a reader, or a crash at any moment, meets the old text or the new one, never half. */
export async function writeTextFile(place: string, name: string, text: string): Promise<void> {
  assertSize(Buffer.byteLength(text), name);
  if (text.includes('\0')) throw new AppError('invalid_input', `${name} would not be a text file any more.`);
  const draft = path.join(path.dirname(place), `.${path.basename(place)}.${randomUUID()}.draft`);
  try {
    const mode = await modeOf(place);
    const handle = await open(
      draft,
      constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
      mode ?? 0o644,
    );
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // The mode given to open is cut by the process's umask.
    if (mode !== null) await chmod(draft, mode);
    await rename(draft, place);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw explainWriteError(error, name, path.dirname(place));
  }
}

async function modeOf(place: string): Promise<number | null> {
  const facts = await stat(place).catch(() => null);
  return facts === null ? null : facts.mode & 0o777;
}

/** Says what hinders a save and how to mend it; an unexpected error passes as it is. */
export function explainWriteError(error: unknown, name: string, folder: string): unknown {
  switch (errno(error) ?? '') {
    case 'EACCES':
    case 'EPERM':
      return new AppError(
        'storage',
        `${name} was not saved: the folder ${folder} may not be written by this user. Mend it with chmod u+w, or copy the recipe elsewhere.`,
        { cause: error },
      );
    case 'EROFS':
      return new AppError(
        'storage',
        `${name} was not saved: the folder ${folder} is on a read-only file system. Copy the recipes to a writable place and set GALLEY_RECIPES_DIR.`,
        { cause: error },
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return new AppError(
        'storage',
        `${name} was not saved: the disk that holds ${folder} is full. Free some space and save again; your text is kept in this browser.`,
        { cause: error },
      );
    default:
      return error;
  }
}

function explainReadError(error: unknown, name: string): unknown {
  if (errno(error) === 'EACCES') {
    return new AppError('storage', `${name} may not be read by this user. Mend it with chmod u+r.`, {
      cause: error,
    });
  }
  return error;
}

function assertSize(bytes: number, name: string): void {
  if (bytes > MAX_TEXT_BYTES) {
    throw new AppError(
      'unprocessable',
      `${name} has ${Math.ceil(bytes / 1024)} KiB; the editor takes files up to ${MAX_TEXT_BYTES / 1024} KiB.`,
    );
  }
}

function errno(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
