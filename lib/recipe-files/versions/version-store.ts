import { withoutSecrets } from '@/lib/recipes/environment/without-secrets';
import { AppError } from '@/lib/shared/app-error';
import type { RecipeVersion, VersionFile, VersionKind } from '@/lib/domain/recipe-version';
import { type HeldText, recipeAt } from './recipe-at';
import { openVersionFolder, type StoredVersion, type VersionFolder } from './version-folder';

/** Unnamed versions of a recipe beyond this number go, oldest first; named ones stay. */
const KEPT_VERSIONS = 300;
const MAX_MESSAGE_CHARS = 500;

export type NewVersion = {
  readonly kind: VersionKind;
  readonly message?: string | undefined;
  readonly files: readonly (VersionFile & { readonly text: string | null })[];
};

/**
 * What recipes were, step by step; kept outside the recipes. Secrets are replaced before anything is written.
 */
export type VersionStore = {
  /** Resolves with the new version's id. */
  add(recipe: string, version: NewVersion): Promise<string>;
  /** Newest first. */
  list(recipe: string): Promise<readonly RecipeVersion[]>;
  /** Rejects with `AppError('not_found')`. */
  find(recipe: string, id: string): Promise<RecipeVersion>;
  /** What each file that the history knows held at a version. Rejects with `AppError('not_found')`. */
  recipeAt(recipe: string, id: string): Promise<ReadonlyMap<string, HeldText>>;
  /** Text of a file in a version. Rejects with `AppError('not_found')`. */
  text(recipe: string, id: string, file: string): Promise<string>;
  /** Text of a file as the newest version that names it has it; null = none does. */
  newestText(recipe: string, file: string): Promise<string | null>;
  /** Names a version; '' takes the name away. */
  name(recipe: string, id: string, name: string): Promise<RecipeVersion>;
  /** The history goes with the recipe. */
  moveRecipe(from: string, to: string): Promise<void>;
};

export function createVersionStore(place: string): VersionStore {
  const folder = openVersionFolder(place);
  let lastTime = 0;

  async function readOrRefuse(recipe: string, id: string): Promise<StoredVersion> {
    const version = await folder.read(recipe, id);
    if (version !== null) return version;
    throw new AppError(
      'not_found',
      `Version ${id} of ${recipe} is gone: the newest ${KEPT_VERSIONS} are kept, and those with a name.`,
    );
  }

  const list = async (recipe: string) =>
    (await readAll(folder, recipe)).map(({ id, version }) => withoutTexts(id, version));

  async function prune(recipe: string): Promise<void> {
    if ((await folder.ids(recipe)).length <= KEPT_VERSIONS) return;
    const unnamed = (await list(recipe)).filter(({ name }) => name === null);
    for (const { id } of unnamed.slice(KEPT_VERSIONS)) await folder.remove(recipe, id);
  }

  return {
    async add(recipe, { kind, message = '', files }) {
      // Ids sort by time; two versions of one millisecond keep their order.
      lastTime = Math.max(lastTime + 1, Date.now());
      const id = `${lastTime}-${crypto.randomUUID().slice(0, 8)}`;
      await folder.write(recipe, id, {
        time: new Date(lastTime).toISOString(),
        kind,
        message: shortText(message),
        name: null,
        files: files.map((file) => ({
          ...file,
          text: file.text === null ? null : withoutSecrets(file.path, file.text),
        })),
      });
      await prune(recipe);
      return id;
    },
    list,
    find: async (recipe, id) => withoutTexts(id, await readOrRefuse(recipe, id)),
    async recipeAt(recipe, id) {
      await readOrRefuse(recipe, id);
      const all = await readAll(folder, recipe);
      return recipeAt(
        all.map(({ version }) => version),
        all.findIndex((one) => one.id === id),
      );
    },
    async text(recipe, id, file) {
      const text = (await readOrRefuse(recipe, id)).files.find(({ path }) => path === file)?.text;
      if (text == null)
        throw new AppError('not_found', `Version ${id} of ${recipe} holds no text of ${file}.`);
      return text;
    },
    async newestText(recipe, file) {
      for (const id of await folder.ids(recipe)) {
        const found = (await folder.read(recipe, id))?.files.find(({ path }) => path === file);
        if (found !== undefined) return found.text;
      }
      return null;
    },
    async name(recipe, id, name) {
      const version = { ...(await readOrRefuse(recipe, id)), name: shortText(name) };
      await folder.write(recipe, id, version);
      return withoutTexts(id, version);
    },
    moveRecipe: (from, to) => folder.moveRecipe(from, to),
  };
}

/** Newest first. */
async function readAll(
  folder: VersionFolder,
  recipe: string,
): Promise<readonly { readonly id: string; readonly version: StoredVersion }[]> {
  const found = await Promise.all(
    (await folder.ids(recipe)).map(async (id) => {
      const version = await folder.read(recipe, id);
      return version === null ? [] : [{ id, version }];
    }),
  );
  return found.flat();
}

function shortText(text: string): string | null {
  return text.trim().slice(0, MAX_MESSAGE_CHARS) || null;
}

function withoutTexts(id: string, { files, ...version }: StoredVersion): RecipeVersion {
  return { ...version, id, files: files.map(({ path, from, content }) => ({ path, from, content })) };
}
