import { z } from 'zod';
import type { Draft, StudioFile } from './studio-state';

const PREFIX = 'galley:draft:';
const StoredDraft = z.object({ text: z.string(), etag: z.string().nullable(), base: z.string().default('') });

/** Unsaved text outlives a closed tab, a crash and a restarted server. */
export function readDrafts(storage: Storage, paths: readonly string[]): Readonly<Record<string, Draft>> {
  return Object.fromEntries(
    paths.flatMap((path) => {
      const draft = parseDraft(storage.getItem(PREFIX + path));
      return draft === null ? [] : [[path, draft]];
    }),
  );
}

/** A browser that stores nothing (private window, full quota) only loses this comfort. Returns whether it was kept. */
export function writeDraft(storage: Storage, file: StudioFile): boolean {
  try {
    if (file.draft === null) storage.removeItem(PREFIX + file.path);
    else
      storage.setItem(
        PREFIX + file.path,
        JSON.stringify({ text: file.draft, etag: file.etag, base: file.text }),
      );
    return true;
  } catch (error) {
    if (error instanceof DOMException) return false;
    throw error;
  }
}

function parseDraft(stored: string | null): Draft | null {
  if (stored === null) return null;
  try {
    return StoredDraft.safeParse(JSON.parse(stored)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
