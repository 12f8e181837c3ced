import type { Change, Fix, TextEdit } from './diagnostic';
import { renameKey, setValue } from './edits/edit-layer';
import { editPathOf } from './edits/edit-path';
import { nodeAt, parsePlaces } from './edits/yaml-places';
import { migrateLayer } from './validation/migrate-layer';

type Files = Readonly<Record<string, string>>;

/** The text edits of a fix, in the layers as they are now. Empty where they cannot be made, and where nothing is to be edited. */
export function fixEdits({ change }: Fix, files: Files): readonly TextEdit[] {
  switch (change.kind) {
    case 'edits':
      return change.edits;
    case 'set':
      return setEdits(change, files);
    case 'rename': {
      const text = files[change.file];
      if (text === undefined) return [];
      return renameKey({ file: change.file, text }, editPathOf(change.path), change.name);
    }
    case 'migrate':
      return migrationEdits(change, files);
    case 'ask':
      return [];
  }
}

function setEdits(change: Extract<Change, { kind: 'set' }>, files: Files): readonly TextEdit[] {
  const path = editPathOf(change.path);
  const source = change.file === null ? undefined : files[change.file];
  const stands = source !== undefined && nodeAt(parsePlaces(source), path) !== null;
  const file = stands ? (change.file ?? change.variant) : change.variant;
  const text = files[file];
  return text === undefined ? [] : setValue({ file, text }, path, change.value);
}

/** One edit per layer of the recipe: what differs between the text now and the text after all migrations. */
function migrationEdits(
  { variant, older }: Extract<Change, { kind: 'migrate' }>,
  files: Files,
): readonly TextEdit[] {
  const folder = variant.slice(0, variant.lastIndexOf('/') + 1);
  const layers = Object.entries(files).filter(
    ([file]) =>
      file.startsWith(folder) && !file.slice(folder.length).includes('/') && !file.endsWith('checks.yaml'),
  );
  return layers.flatMap(([file, text]) =>
    difference(file, text, migrateLayer({ file, text }, older[file] ?? [])),
  );
}

function difference(file: string, before: string, after: string): readonly TextEdit[] {
  if (before === after) return [];
  let start = 0;
  while (start < before.length && before[start] === after[start]) start += 1;
  let tail = 0;
  const longest = Math.min(before.length, after.length) - start;
  while (tail < longest && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return [{ file, start, end: before.length - tail, text: after.slice(start, after.length - tail) }];
}
