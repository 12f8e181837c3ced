import path from 'node:path';
import type { RecipeVersion, RestoreChange, RestorePlan } from '@/lib/domain/recipe-version';
import { withoutSecrets } from '@/lib/recipes/environment/without-secrets';
import { AppError } from '@/lib/shared/app-error';
import { existingEntry, translated } from './change-entries';
import type { RecipeFiles } from './recipe-files';
import { assertRecipeName } from './entry-name';
import type { TextFile } from './text-file';
import type { Trash } from './trash';
import type { HeldText } from './versions/recipe-at';
import type { VersionStore } from './versions/version-store';

export type RestoreTools = {
  readonly files: RecipeFiles;
  readonly store: VersionStore;
  readonly trash: Trash;
};

/** The way back of a restored recipe; null = there was nothing to change. */
export type Restored = { readonly undo: string | null; readonly count: number };

/** What restoring a recipe to a version would change. Changes nothing. */
export async function planRestore(
  { files, store }: Pick<RestoreTools, 'files' | 'store'>,
  recipe: string,
  id: string,
): Promise<RestorePlan> {
  assertRecipeName(recipe);
  const changes: RestoreChange[] = [];
  const leftOut: { path: string; reason: string }[] = [];
  const there = new Set((await files.tree(recipe)).map(({ path: entry }) => entry));
  for (const [inside, held] of await store.recipeAt(recipe, id)) {
    const now = await readIfThere(files, `${recipe}/${inside}`);
    const reason = hindrance(inside, held, { now, isThere: there.has(`${recipe}/${inside}`) });
    if (reason !== null) leftOut.push({ path: inside, reason });
    const then = held.kind === 'text' ? held.text : null;
    if (reason === null && held.kind !== 'unkept' && then !== (now?.text ?? null))
      changes.push({ path: inside, now: now?.text ?? null, then });
  }
  return { changes: changes.toSorted(byPath), leftOut: leftOut.toSorted(byPath) };
}

/** Makes a recipe what it was at a version. What it is now becomes a version first, so that the way back is one, too. */
export async function restoreVersion(tools: RestoreTools, recipe: string, id: string): Promise<Restored> {
  const { files, store } = tools;
  const label = labelOf(await store.find(recipe, id));
  const { changes } = await planRestore(tools, recipe, id);
  if (changes.length === 0) return { undo: null, count: 0 };
  const stored = (side: 'now' | 'then') =>
    changes.map(({ path: file, [side]: text }) => ({
      path: file,
      from: null,
      content: text === null ? ('removed' as const) : ('text' as const),
      text,
    }));
  const undo = await store.add(recipe, {
    kind: 'found',
    message: `before it was restored to ${label}`,
    files: stored('now'),
  });
  for (const { path: inside, then } of changes) {
    const entry = `${recipe}/${inside}`;
    if (then === null) await discard(tools, entry);
    else await write(files, entry, then);
  }
  await store.add(recipe, { kind: 'restored', message: `the recipe as of ${label}`, files: stored('then') });
  return { undo, count: changes.length };
}

function labelOf({ name, time }: RecipeVersion): string {
  return name ?? `${time.slice(0, 16).replace('T', ' ')} UTC`;
}

async function write(files: RecipeFiles, entry: string, text: string): Promise<void> {
  const now = await readIfThere(files, entry);
  const outcome = await files.save({ path: entry, text, ifMatch: now?.etag ?? null });
  if (!outcome.ok) throw new AppError('conflict', outcome.error.message);
}

/** Into the trash, from where a person can take it, too. */
async function discard({ files, trash }: RestoreTools, entry: string): Promise<void> {
  const place = await existingEntry(files.root, entry);
  await translated(() => trash.take(place, { path: entry, kind: 'file' }), entry, path.dirname(place));
}

async function readIfThere(files: RecipeFiles, entry: string): Promise<TextFile | null> {
  return files.read(entry).catch((error: unknown) => {
    if (error instanceof AppError) return null;
    throw error;
  });
}

/** Why a file is left as it is; null = nothing hinders. */
function hindrance(
  file: string,
  held: HeldText,
  { now, isThere }: { readonly now: TextFile | null; readonly isThere: boolean },
): string | null {
  if (held.kind === 'unkept')
    return isThere ? null : 'it is deleted, and versions keep no data and images; look in the trash';
  if (isThere && now === null) return held.kind === 'text' ? 'it is no text any more' : null;
  if (now !== null && withoutSecrets(file, now.text) !== now.text)
    return 'it has a secret in clear, which no version keeps: put it into the store first';
  return null;
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : 1;
}
