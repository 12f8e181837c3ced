import type { Diagnostic } from '@/lib/recipes/diagnostic';
import type { Preview } from '../preview';
import type { ResolvedRow } from '../resolved-rows';

export type LeafChange = {
  readonly path: string;
  /** null = was not there. */
  readonly before: string | null;
  /** null = is not there any more. */
  readonly after: string | null;
};

export type ComparedPreviews = {
  readonly changes: readonly LeafChange[];
  readonly newErrors: readonly string[];
  /** A side that does not compose has no values to compare. */
  readonly unusable: 'before' | 'after' | null;
};

/** Values that differ between two compositions, by meaning: 1e-4 is 0.0001 and 1 is 1.0, but "1" is not 1. */
export function comparePreviews(before: Preview, after: Preview): ComparedPreviews {
  const newErrors = addedErrors(before.diagnostics, after.diagnostics);
  if (before.rows === null || after.rows === null)
    return { changes: [], newErrors, unusable: after.rows === null ? 'after' : 'before' };
  const [old, fresh] = [leavesOf(before.rows), leavesOf(after.rows)];
  const changed = [...fresh.values()].flatMap((row): LeafChange[] => {
    const was = old.get(row.path);
    if (was !== undefined && isSame(was, row)) return [];
    return [{ path: row.path, before: was?.text ?? null, after: row.text }];
  });
  const removed = [...old.values()].filter(({ path }) => !fresh.has(path));
  const gone = removed.map(({ path, text }): LeafChange => ({ path, before: text, after: null }));
  return { changes: [...changed, ...gone], newErrors, unusable: null };
}

function leavesOf(rows: readonly ResolvedRow[]): ReadonlyMap<string, ResolvedRow> {
  return new Map(rows.flatMap((row) => (row.kind === 'section' ? [] : [[row.path, row] as const])));
}

function isSame(left: ResolvedRow, right: ResolvedRow): boolean {
  if (left.kind !== right.kind) return false;
  if (left.text === right.text) return true;
  // Two whole numbers too large for a float differ if their digits do.
  const areWhole = /^-?\d+$/.test(left.text) && /^-?\d+$/.test(right.text);
  return left.kind === 'number' && !areWhole && Number(left.text) === Number(right.text);
}

function addedErrors(before: readonly Diagnostic[], after: readonly Diagnostic[]): readonly string[] {
  const textOf = ({ path, message }: Diagnostic) => (path === null ? message : `${path}: ${message}`);
  const known = new Set(before.map(textOf));
  return after.flatMap((one) => (one.severity === 'error' && !known.has(textOf(one)) ? [textOf(one)] : []));
}
