import type { Diagnostic, Fix } from '../diagnostic';
import type { Migrated } from '../migrate-legacy';
import type { Placing } from './placing';

/** Older shapes, each named; any of them offers to bring the whole recipe to today's. */
export function legacyDiagnostics(
  { migrations, problems }: Migrated,
  { placing, variant }: { readonly placing: Placing; readonly variant: string },
): readonly Diagnostic[] {
  if (migrations.length === 0 && problems.length === 0) return [];
  const ambiguous = problems.map(({ path, message }): Diagnostic => ({
    code: 'legacy-ambiguous',
    severity: 'error',
    message,
    path,
    range: placing.rangeOf(path),
  }));
  const fix = problems.length > 0 ? {} : { fix: migrationFix(migrations, placing, variant) };
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

/** Brings every layer beside the variant to today's shape. */
export function migrationFix(migrations: Migrated['migrations'], placing: Placing, variant: string): Fix {
  const change = { kind: 'migrate', variant, older: oldBackends(migrations, placing) } as const;
  return { title: 'Migrate to today’s shape', change };
}

/** By file, the services whose backend it sets and whose value is an older name. */
function oldBackends(
  migrations: Migrated['migrations'],
  placing: Placing,
): Readonly<Record<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const { from, to } of migrations) {
    const name = from === to ? /^service\.train_service\.(.+)\.backend$/.exec(from)?.[1] : undefined;
    const file = name === undefined ? undefined : placing.rangeOf(from)?.file;
    if (name !== undefined && file !== undefined) found.set(file, [...(found.get(file) ?? []), name]);
  }
  return Object.fromEntries(found);
}
