// Remembers from which sources something was built, so that a second start builds nothing.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

const IGNORED = /(^|\/)(node_modules|__pycache__|\.[^/]+|.*\.test\.tsx?|README\.md)$/;

/** Hash over the contents of files and folders; what does not exist counts as absent. */
export async function hashSources(root, entries) {
  const hash = createHash('sha256').update(process.version);
  for (const entry of entries) {
    for (const file of await filesOf(root, entry)) {
      hash.update(`\0${file}\0`).update(await readFile(path.join(root, file)));
    }
  }
  return hash.digest('hex');
}

async function filesOf(root, entry) {
  const found = await stat(path.join(root, entry)).catch(() => null);
  if (found === null) return [];
  if (found.isFile()) return [entry];
  const names = await readdir(path.join(root, entry), { withFileTypes: true });
  const nested = names
    .map((name) => ({ name, file: `${entry}/${name.name}` }))
    .filter(({ file }) => !IGNORED.test(file))
    .sort((a, b) => (a.file < b.file ? -1 : 1))
    .map(({ name, file }) => (name.isDirectory() ? filesOf(root, file) : [file]));
  return (await Promise.all(nested)).flat();
}

/** One small JSON file of `{ name: hash }`. */
export function createStamps(file) {
  const read = async () => {
    try {
      return JSON.parse(await readFile(file, 'utf8'));
    } catch {
      return {};
    }
  };
  return {
    matches: async (name, hash) => (await read())[name] === hash,
    set: async (name, hash) => {
      await mkdir(path.dirname(file), { recursive: true });
      const temporary = `${file}.${process.pid}.tmp`;
      await writeFile(temporary, JSON.stringify({ ...(await read()), [name]: hash }, null, 2));
      await rename(temporary, file);
    },
  };
}
