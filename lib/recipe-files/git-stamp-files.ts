import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';

/** Of a repository: which branch, what is staged, and what was committed last. */
const TELLING = ['HEAD', 'index', 'logs/HEAD'];

/**
 * Files whose times change when git commits, stages or changes branch: of the repository that the recipes lie in, and
 * of those that are recipes themselves.
 */
export async function gitStampFiles(root: string): Promise<readonly string[]> {
  const recipes = await readdir(root, { withFileTypes: true }).catch(() => []);
  const folders = [
    ...ancestors(path.resolve(root)),
    ...recipes.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(root, name)),
  ];
  const found = await Promise.all(folders.map(gitFolder));
  return found.flatMap((folder) => (folder === null ? [] : TELLING.map((file) => path.join(folder, file))));
}

function ancestors(folder: string): readonly string[] {
  const parent = path.dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}

/** Where git keeps its things for a working folder; null = it is none. A worktree has a file that names the place. */
async function gitFolder(folder: string): Promise<string | null> {
  const place = path.join(folder, '.git');
  const facts = await stat(place).catch(() => null);
  if (facts === null) return null;
  if (facts.isDirectory()) return place;
  const text = await readFile(place, 'utf8').catch(() => '');
  const named = /^gitdir: (.+)$/m.exec(text)?.[1];
  return named === undefined ? null : path.resolve(folder, named.trim());
}
