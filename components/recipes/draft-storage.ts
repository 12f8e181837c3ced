import { z } from 'zod';
import { secretRanges } from '@/lib/recipes/environment/without-secrets';
import type { Draft, StudioFile } from './studio-state';

const PREFIX = 'galley:draft:';
const StoredDraft = z.object({ text: z.string(), etag: z.string().nullable(), base: z.string().default('') });

/** What became of a draft: `secret` and `full` are only in this page, and end with it. */
export type DraftFate = 'kept' | 'secret' | 'full';

/** Unsaved text outlives a closed tab, a crash and a restarted server. One that holds a secret is handed over and forgotten. */
export function readDrafts(storage: Storage, paths: readonly string[]): Readonly<Record<string, Draft>> {
  return Object.fromEntries(
    paths.flatMap((path) => {
      const draft = parseDraft(storage.getItem(PREFIX + path));
      if (draft !== null && holdsSecret(path, draft)) storage.removeItem(PREFIX + path);
      return draft === null ? [] : [[path, draft]];
    }),
  );
}

/**
 * Keeps the draft of a file, or forgets it when there is none. Whatever can read the browser's storage can read all of
 * it, so a text with a secret in clear never goes there. A browser that stores nothing (private window, full quota)
 * only loses this comfort.
 */
export function writeDraft(storage: Storage, file: StudioFile): DraftFate {
  const key = PREFIX + file.path;
  const draft = file.draft === null ? null : { text: file.draft, etag: file.etag, base: file.text };
  const isSecret = draft !== null && holdsSecret(file.path, draft);
  try {
    if (draft === null || isSecret) storage.removeItem(key);
    else storage.setItem(key, JSON.stringify(draft));
  } catch (error) {
    if (error instanceof DOMException) return 'full';
    throw error;
  }
  return isSecret ? 'secret' : 'kept';
}

function holdsSecret(path: string, { text, base }: Draft): boolean {
  return [text, base].some((one) => secretRanges(path, one).length > 0);
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
  for (const path of pathsBelow(storage, entry)) storage.removeItem(PREFIX + path);
}

/** Drafts go with an entry that is renamed or moved: a file, a folder or a whole recipe. */
export function moveDrafts(storage: Storage, from: string, to: string): void {
  for (const path of pathsBelow(storage, from)) {
    const stored = storage.getItem(PREFIX + path);
    storage.removeItem(PREFIX + path);
    if (stored !== null) storage.setItem(PREFIX + to + path.slice(from.length), stored);
  }
}

function pathsBelow(storage: Storage, entry: string): readonly string[] {
  const recipe = entry.split('/', 1).join('');
  return draftPaths(storage, recipe).filter((path) => path === entry || path.startsWith(`${entry}/`));
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
