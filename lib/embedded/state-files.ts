import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { insideOf } from './inside-of';
import { Refusal } from './refusal';
import { readWeightVersion, withWeightVersion } from './state-metadata';

export type ModelState = { readonly learner: Uint8Array; readonly weightVersion: number };

/** Saved training states below the data directory; nothing outside of it is ever read or written. */
export type StateFiles = {
  /** Replaces the file as a whole or not at all. */
  write(file: string, state: ModelState): Promise<{ readonly path: string; readonly bytes: number }>;
  read(file: string): Promise<ModelState>;
};

export function createStateFiles(dataDir: string): StateFiles {
  return {
    async write(file, state) {
      const target = await insideOf(dataDir, file);
      const bytes = withWeightVersion(state.learner, state.weightVersion);
      try {
        await mkdir(path.dirname(target), { recursive: true });
        await replaceFile(target, bytes);
      } catch (error) {
        throw new Refusal('storage', `Could not save the training state to ${target}: ${reasonOf(error)}`, {
          cause: error,
        });
      }
      return { path: target, bytes: bytes.byteLength };
    },
    async read(file) {
      const target = await insideOf(dataDir, file);
      let bytes: Uint8Array;
      try {
        // not a Buffer: its slice() is a view where a Uint8Array's is a copy
        bytes = new Uint8Array(await readFile(target));
      } catch (error) {
        throw new Refusal(
          'invalid_state',
          `Could not read the training state ${target}: ${reasonOf(error)}`,
          {
            cause: error,
          },
        );
      }
      return { learner: bytes, weightVersion: readWeightVersion(bytes, target) };
    },
  };
}

/** The file as a whole or not at all, and on the disk when this resolves. */
export async function replaceFile(target: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Why the file system refused, in words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOSPC') return 'the disk is full. Free some space and try again';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'this user may not do so there';
  if (code === 'ENOENT') return 'the file does not exist';
  return error instanceof Error ? error.message : String(error);
}
