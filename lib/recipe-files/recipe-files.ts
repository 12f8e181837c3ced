import path from 'node:path';
import { withoutSecrets } from '@/lib/recipes/environment/without-secrets';
import { listVariants } from '@/lib/recipes/list-variants';
import { AppError } from '@/lib/shared/app-error';
import { err, ok, type Result } from '@/lib/shared/result';
import { createTurns } from '@/lib/shared/turns';
import { describeReadme } from './describe-readme';
import { resolveRecipePath } from './recipe-path';
import { decodeText, readBytes, readTextFile, type TextFile, writeTextFile } from './text-file';
import { type RecipeEntry, walkRecipes } from './walk';

/** All layers of a recipes folder together; far above any real one, far below what a worker takes. */
const MAX_LAYER_BYTES = 8 * 1024 * 1024;
const MAX_SNAPSHOT_FILE_BYTES = 256 * 1024;
const MAX_SNAPSHOT_BYTES = 4 * 1024 * 1024;

export type RecipeFolder = {
  readonly name: string;
  readonly title: string;
  /** First paragraph of the README; null when there is none. */
  readonly summary: string | null;
  /** Names of the layers that can be launched, without their ending. */
  readonly variants: readonly string[];
};

export type SaveConflict = {
  readonly code: 'conflict';
  readonly message: string;
  /** What is on disk now; null when the file is gone. */
  readonly theirs: TextFile | null;
};

/** The recipes on disk. All paths are from the recipes root and use `/`. */
export type RecipeFiles = {
  readonly root: string;
  list(): Promise<readonly RecipeFolder[]>;
  /** Files and folders of one recipe. Rejects with `AppError('not_found')`. */
  tree(recipe: string): Promise<readonly RecipeEntry[]>;
  read(file: string): Promise<TextFile>;
  /** Saves over the version `ifMatch`; `null` = the file must not exist yet. */
  save(request: {
    readonly path: string;
    readonly text: string;
    readonly ifMatch: string | null;
  }): Promise<Result<TextFile, SaveConflict>>;
  /** Every YAML file below the root, by path: what `compose` needs for any entry, since recipes may share layers. */
  layers(): Promise<Readonly<Record<string, string>>>;
  /** Every shell script below the root, by path: those that prepare environments are among them. */
  scripts(): Promise<Readonly<Record<string, string>>>;
  /** Every small text file of the entry's recipe, and the named layers, without secrets: what a run keeps of its recipe. */
  snapshot(entry: string, layers: readonly string[]): Promise<Readonly<Record<string, string>>>;
};

export function createRecipeFiles(root: string): RecipeFiles {
  // One save at a time: between the check of the version and the write no other save of ours may come.
  const inTurn = createTurns();
  return {
    root,
    list: () => listRecipes(root),
    tree: async (recipe) => {
      const entries = (await recipeNames(root)).includes(recipe) ? await walkRecipes(root, recipe) : null;
      if (entries === null) throw new AppError('not_found', `There is no recipe "${recipe}" in ${root}.`);
      return entries;
    },
    read: (file) => readOrRefuse(root, file),
    save: (request) => inTurn(() => saveFile(root, request)),
    layers: () => readLayers(root),
    scripts: () => readScripts(root),
    snapshot: (entry, layers) => readSnapshot(root, entry, layers),
  };
}

async function recipeNames(root: string): Promise<readonly string[]> {
  const entries = await walkRecipes(root, '');
  const withLayers = entries.filter(isLayer).map((entry) => entry.path.split('/'));
  return [
    ...new Set(withLayers.flatMap(([folder, ...rest]) => (folder && rest.length === 1 ? [folder] : []))),
  ];
}

async function listRecipes(root: string): Promise<readonly RecipeFolder[]> {
  const layers = await readLayers(root);
  const names = await recipeNames(root);
  return Promise.all(
    names.toSorted().map(async (name) => {
      const readme = await readOrNull(root, `${name}/README.md`);
      return { name, ...describeReadme(name, readme), variants: variantsOf(name, layers) };
    }),
  );
}

function variantsOf(recipe: string, layers: Readonly<Record<string, string>>): readonly string[] {
  return listVariants(layers)
    .filter((file) => path.posix.dirname(file) === recipe)
    .map((file) => path.posix.basename(file, '.yaml'));
}

async function readOrRefuse(root: string, file: string): Promise<TextFile> {
  const found = await readTextFile(await resolveRecipePath(root, file), file);
  if (found === null) throw new AppError('not_found', `There is no file ${file} in ${root}.`);
  return found;
}

/** For files whose absence or strangeness is no reason to fail, such as a README. */
async function readOrNull(root: string, file: string): Promise<string | null> {
  try {
    return (await readOrRefuse(root, file)).text;
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

async function saveFile(
  root: string,
  request: { readonly path: string; readonly text: string; readonly ifMatch: string | null },
): Promise<Result<TextFile, SaveConflict>> {
  const place = await resolveRecipePath(root, request.path);
  const theirs = await readTextFile(place, request.path);
  if ((theirs?.etag ?? null) !== request.ifMatch) {
    // The same text saved by somebody else is no conflict: both wanted this.
    if (theirs?.text === request.text) return ok(theirs);
    return err({ code: 'conflict', message: conflictMessage(request, theirs), theirs });
  }
  await writeTextFile(place, request.path, request.text);
  return ok(await readOrRefuse(root, request.path));
}

function conflictMessage(request: { path: string; ifMatch: string | null }, theirs: TextFile | null): string {
  if (theirs === null) return `${request.path} was removed from the disk since you opened it.`;
  if (request.ifMatch === null) return `${request.path} exists already.`;
  return `${request.path} was changed on disk since you opened it.`;
}

async function readLayers(root: string): Promise<Readonly<Record<string, string>>> {
  const entries = (await walkRecipes(root, '')).filter(isLayer);
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (bytes > MAX_LAYER_BYTES) {
    throw new AppError(
      'unprocessable',
      `The YAML files below ${root} have ${Math.ceil(bytes / 1024 / 1024)} MiB; Galley reads up to ${MAX_LAYER_BYTES / 1024 / 1024} MiB. Point GALLEY_RECIPES_DIR at a folder that holds recipes only.`,
    );
  }
  return readTexts(root, entries);
}

async function readScripts(root: string): Promise<Readonly<Record<string, string>>> {
  const scripts = (await walkRecipes(root, '')).filter(
    (entry) => entry.kind === 'file' && entry.path.endsWith('.sh') && entry.bytes <= MAX_SNAPSHOT_FILE_BYTES,
  );
  return readTexts(root, scripts);
}

async function readSnapshot(
  root: string,
  entry: string,
  layers: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const folder = path.posix.dirname(entry) === '.' ? '' : entry.split('/', 1).join('');
  const wanted = new Set([entry, ...layers]);
  const own = (await walkRecipes(root, folder)).filter(
    (found) => found.kind === 'file' && found.bytes <= MAX_SNAPSHOT_FILE_BYTES,
  );
  const outside = (await walkRecipes(root, '')).filter(
    (found) => wanted.has(found.path) && !own.some((mine) => mine.path === found.path),
  );
  const kept: RecipeEntry[] = [];
  let bytes = 0;
  // Layers first: they are what the run cannot do without.
  for (const found of [...own, ...outside].toSorted(
    (a, b) => Number(wanted.has(b.path)) - Number(wanted.has(a.path)),
  )) {
    bytes += found.bytes;
    if (bytes <= MAX_SNAPSHOT_BYTES || wanted.has(found.path)) kept.push(found);
  }
  const texts = Object.entries(await readTexts(root, kept));
  return Object.fromEntries(texts.map(([file, text]) => [file, withoutSecrets(file, text)]));
}

async function readTexts(
  root: string,
  entries: readonly RecipeEntry[],
): Promise<Readonly<Record<string, string>>> {
  const texts = await Promise.all(
    entries.map(async ({ path: file }) => {
      const bytes = await readBytes(path.join(root, file), file);
      return [file, bytes === null ? null : decodeText(bytes)] as const;
    }),
  );
  return Object.fromEntries(texts.flatMap(([file, text]) => (text === null ? [] : [[file, text]])));
}

function isLayer(entry: RecipeEntry): boolean {
  return entry.kind === 'file' && /\.ya?ml$/.test(entry.path);
}
