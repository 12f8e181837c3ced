import type { Diagnostic, TextEdit } from '../diagnostic';
import type { Migrated } from '../migrate-legacy';
import { migrateLayer } from './migrate-layer';
import { remember } from '../remember';
import type { Layers, Placing } from './placing';

/** Texts do not depend on the name of their file. The first line names the services that mean direct-zmq by `http`. */
const migrated = remember(64, (named) => {
  const cut = named.indexOf('\n');
  return migrateLayer({ file: '', text: named.slice(cut + 1) }, named.slice(0, cut).split(' '));
});

/** Older shapes, each named; any of them offers to bring the whole recipe to today's. */
export function legacyDiagnostics(
  { migrations, problems }: Migrated,
  placing: Placing,
  layers: Layers,
): readonly Diagnostic[] {
  if (migrations.length === 0 && problems.length === 0) return [];
  const ambiguous = problems.map(({ path, message }): Diagnostic => ({
    code: 'legacy-ambiguous',
    severity: 'error',
    message,
    path,
    range: placing.rangeOf(path),
  }));
  const edits = problems.length > 0 ? [] : migrationEdits(layers, migrations, placing);
  const fix = edits.length === 0 ? {} : { fix: { title: 'Migrate to today’s shape', edits } };
  const old = migrations.map(({ from, message }): Diagnostic => ({
    code: 'legacy-shape',
    severity: 'info',
    message: `${message} It still works.`,
    path: from,
    range: placing.rangeOf(from),
    ...fix,
  }));
  return [...ambiguous, ...old];
}

/** File → services whose backend it sets and whose value is an older name. */
type OldBackends = ReadonlyMap<string, readonly string[]>;

function oldBackends(migrations: Migrated['migrations'], placing: Placing): OldBackends {
  const found = new Map<string, readonly string[]>();
  for (const { from, to } of migrations) {
    const name = from === to ? /^service\.train_service\.(.+)\.backend$/.exec(from)?.[1] : undefined;
    const file = name === undefined ? undefined : placing.rangeOf(from)?.file;
    if (name !== undefined && file !== undefined) found.set(file, [...(found.get(file) ?? []), name]);
  }
  return found;
}

/** One edit per layer of the recipe: what differs between the text now and the text after all migrations. */
export function migrationEdits(
  { files, entry }: Layers,
  migrations: Migrated['migrations'],
  placing: Placing,
): readonly TextEdit[] {
  const backends = oldBackends(migrations, placing);
  const folder = entry.slice(0, entry.lastIndexOf('/') + 1);
  const layers = Object.entries(files).filter(
    ([file]) =>
      file.startsWith(folder) && !file.slice(folder.length).includes('/') && !file.endsWith('checks.yaml'),
  );
  return layers.flatMap(([file, text]) =>
    difference(file, text, migrated(`${(backends.get(file) ?? []).join(' ')}\n${text}`)),
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
