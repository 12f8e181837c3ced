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

/** Files of a recipe that have a draft, open or not. */
export function draftPaths(storage: Storage, recipe: string): readonly string[] {
  const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
  return keys
    .filter((key) => key.startsWith(`${PREFIX}${recipe}/`))
    .map((key) => key.slice(PREFIX.length))
    .toSorted();
}

/** Forgets the drafts of an entry, which is a file or a folder. */
export function forgetDrafts(storage: Storage, entry: string): void {
  const recipe = entry.split('/', 1).join('');
  for (const path of draftPaths(storage, recipe))
    if (path === entry || path.startsWith(`${entry}/`)) storage.removeItem(PREFIX + path);
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
