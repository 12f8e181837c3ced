import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeText } from '../text-file';
import { makeSums } from './make-sums';

/** The name that stands in the templates' files for the new recipe's. */
const STAND_IN = 'my_task';

/** All files of a recipe made from a template, by path from its folder; the data are made, not stored. */
export async function templateFiles(folder: string, name: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, Uint8Array>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const place = path.join(entry.parentPath, entry.name);
    const bytes = await readFile(place);
    const text = decodeText(bytes);
    const file = path.relative(folder, place).split(path.sep).join('/');
    files.set(file, text === null ? bytes : new TextEncoder().encode(withName(text, name)));
  }
  for (const [file, bytes] of makeSums()) files.set(`data/${file}`, bytes);
  return new Map([...files].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** `my_task` in all its spellings becomes the recipe's name: as a folder, a class, a label and a title. */
function withName(text: string, name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter(Boolean);
  const capitals = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const className = /^\d/.test(capitals.join('')) ? `Task${capitals.join('')}` : capitals.join('');
  return text
    .replaceAll(STAND_IN, name)
    .replaceAll('MyTask', className || 'Task')
    .replaceAll('my-task', words.join('-').toLowerCase() || name)
    .replaceAll('My Task', capitals.join(' ') || name);
}

/** What a new file begins with. */
export function fileTemplate(file: string): string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  if (/\.ya?ml$/.test(name) && file.split('/').length === 2)
    return '# Remove the list of defaults if this layer is not a variant.\ndefaults:\n  - _self_\n';
  if (name.endsWith('.sh')) return '#!/bin/bash\n';
  if (name.endsWith('.md')) return `# ${name.slice(0, -'.md'.length)}\n`;
  return '';
}
