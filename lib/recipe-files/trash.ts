import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { AppError } from '@/lib/shared/app-error';

/** What is older than this, or beyond this number, goes for good at the next deletion. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;
const KEPT_COUNT = 200;

const Note = z.object({
  /** From the recipes root. */
  path: z.string(),
  kind: z.enum(['file', 'folder']),
  deletedAt: z.string(),
});
export type DeletedEntry = z.infer<typeof Note> & { readonly id: string };
const DeletedId = z.string().regex(/^\d+-[0-9a-f-]{36}$/);

/** Deleted files and folders, kept outside the recipes so that a deletion can be undone. */
export type Trash = {
  /** Moves what lies at `place` in here. */
  take(place: string, note: Pick<DeletedEntry, 'path' | 'kind'>): Promise<DeletedEntry>;
  /** Newest first. */
  list(): Promise<readonly DeletedEntry[]>;
  find(id: string): Promise<DeletedEntry>;
  /** Moves it to `place`, which must be free, and forgets it. */
  giveBack(id: string, place: string): Promise<void>;
};

export function createTrash(folder: string, now: () => Date = () => new Date()): Trash {
  const noteOf = (id: string) => path.join(folder, id, 'note.json');
  const contentOf = (id: string) => path.join(folder, id, 'content');

  async function find(id: string): Promise<DeletedEntry> {
    const isId = DeletedId.safeParse(id).success;
    const text = isId ? await readFile(noteOf(id), 'utf8').catch(() => null) : null;
    if (text === null)
      throw new AppError('not_found', 'This deletion cannot be undone any more: it is not in the trash.');
    return { ...Note.parse(JSON.parse(text)), id };
  }

  async function list(): Promise<readonly DeletedEntry[]> {
    const ids = (await readdir(folder).catch((): string[] => [])).filter(
      (id) => DeletedId.safeParse(id).success,
    );
    const found = await Promise.all(ids.map((id) => find(id).catch(() => null)));
    return found
      .filter((entry) => entry !== null)
      .toSorted((a, b) => (b.deletedAt === a.deletedAt ? 0 : b.deletedAt < a.deletedAt ? -1 : 1));
  }

  async function prune(): Promise<void> {
    const oldest = new Date(now().getTime() - KEPT_MS).toISOString();
    const gone = (await list()).filter(({ deletedAt }, index) => index >= KEPT_COUNT || deletedAt < oldest);
    for (const { id } of gone) await rm(path.join(folder, id), { recursive: true, force: true });
  }

  return {
    async take(place, { path: entry, kind }) {
      const deletedAt = now();
      const id = `${deletedAt.getTime()}-${crypto.randomUUID()}`;
      const note = { path: entry, kind, deletedAt: deletedAt.toISOString() };
      await mkdir(path.join(folder, id), { recursive: true });
      // The note first: content without a note could not be found again.
      await writeFile(noteOf(id), JSON.stringify(note));
      try {
        await moveAcross(place, contentOf(id));
      } catch (error) {
        await rm(path.join(folder, id), { recursive: true, force: true });
        throw error;
      }
      await prune();
      return { ...note, id };
    },
    list,
    find,
    async giveBack(id, place) {
      await find(id);
      await moveAcross(contentOf(id), place);
      await rm(path.join(folder, id), { recursive: true, force: true });
    },
  };
}

/** The data folder may lie on another disk than the recipes. */
async function moveAcross(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
    // beside its place first: a copy that a full disk cuts short must not be taken for the whole
    const beside = `${to}.${crypto.randomUUID()}.part`;
    try {
      await cp(from, beside, { recursive: true, verbatimSymlinks: true });
      await rename(beside, to);
    } catch (failure) {
      await rm(beside, { recursive: true, force: true });
      throw failure;
    }
    await rm(from, { recursive: true, force: true });
  }
}
