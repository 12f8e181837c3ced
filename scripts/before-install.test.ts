import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';

const STATIC_IMPORT = /^(?:import|export)\s(?:[^'"]*\sfrom\s)?['"]([^'"]+)['"]/gm;

/** What a script imports before its first line runs, through all files of ours. */
async function importedBy(file: string, seen = new Set<string>()): Promise<readonly string[]> {
  if (seen.has(file)) return [];
  seen.add(file);
  const text = await readFile(file, 'utf8');
  const found: string[] = [];
  for (const [, name = ''] of text.matchAll(STATIC_IMPORT)) {
    if (!name.startsWith('.')) found.push(name);
    else found.push(...(await importedBy(path.resolve(path.dirname(file), name), seen)));
  }
  return found;
}

test.each(['start', 'test', 'galley', 'nexrl', 'build', 'dev', 'bench', 'soak'])(
  'on a fresh clone, %s gets as far as installing: it imports no package',
  async (script) => {
    const imported = await importedBy(path.join(import.meta.dirname, `${script}.mjs`));
    expect(imported.length).toBeGreaterThan(0);
    expect(imported.filter((name) => !name.startsWith('node:'))).toEqual([]);
  },
);
