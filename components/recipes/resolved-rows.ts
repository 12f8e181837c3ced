import type { Provenance } from '@/lib/recipes/compose';
import type { ConfigKey, ConfigValue } from '@/lib/recipes/config-value';

/** One line of the resolved view. */
export type ResolvedRow = {
  /** As in provenance: `data.data_files[0]`. */
  readonly path: string;
  readonly depth: number;
  /** Key, or `-` for an item of a list. */
  readonly label: string;
  readonly kind: 'section' | 'string' | 'number' | 'word' | 'secret';
  /** Empty for a section, whose content follows. */
  readonly text: string;
  readonly provenance: Provenance | null;
};

type Place = { readonly path: string; readonly depth: number; readonly label: string };

/** A resolved config as lines in document order. */
export function resolvedRows(
  root: ConfigValue,
  provenance: ReadonlyMap<string, Provenance>,
): readonly ResolvedRow[] {
  const rows: ResolvedRow[] = [];
  if (root.kind === 'map') {
    for (const [key, value] of root.entries) {
      const label = keyText(key);
      collect(value, { path: label, depth: 0, label });
    }
  } else {
    collect(root, { path: '', depth: 0, label: '' });
  }
  return rows;

  function collect(value: ConfigValue, place: Place): void {
    const { path, label } = place;
    const { kind, text } = drawn(value);
    rows.push({ path, depth: place.depth, label, kind, text, provenance: provenance.get(path) ?? null });
    const depth = place.depth + 1;
    if (value.kind === 'map') {
      for (const [key, item] of value.entries) {
        const label = keyText(key);
        collect(item, { path: `${place.path}.${label}`, depth, label });
      }
    }
    if (value.kind === 'list') {
      for (const [index, item] of value.items.entries()) {
        collect(item, { path: `${place.path}[${index}]`, depth, label: '-' });
      }
    }
  }
}

// eslint-disable-next-line complexity -- one flat switch over a union is one decision
function drawn(value: ConfigValue): Pick<ResolvedRow, 'kind' | 'text'> {
  switch (value.kind) {
    case 'map':
      return value.entries.length === 0 ? { kind: 'word', text: '{}' } : { kind: 'section', text: '' };
    case 'list':
      return value.items.length === 0 ? { kind: 'word', text: '[]' } : { kind: 'section', text: '' };
    case 'string':
    case 'path':
      return { kind: 'string', text: JSON.stringify(value.value) };
    case 'bytes':
      return { kind: 'string', text: `bytes ${value.value}` };
    case 'int':
      return { kind: 'number', text: value.value.toString() };
    case 'float':
      return { kind: 'number', text: floatText(value.value) };
    case 'bool':
      return { kind: 'word', text: value.value ? 'true' : 'false' };
    case 'null':
      return { kind: 'word', text: 'null' };
    case 'secret':
      return { kind: 'secret', text: value.template ?? '•••• set' };
  }
}

/** A float shows that it is one: 1.0, not 1. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function keyText(key: ConfigKey): string {
  if (key.kind === 'null') return 'null';
  return key.kind === 'float' ? floatText(key.value) : String(key.value);
}

/** Whether an interpolation still stands in the value: what it asks for is not there. */
export function isUnresolved({ kind, text, provenance }: ResolvedRow): boolean {
  return kind === 'string' && text.includes('${') && (provenance?.chain.length ?? 0) > 0;
}

/** Rows whose path or value contains the words, with the sections that lead to them. */
export function filterRows(rows: readonly ResolvedRow[], filter: string): readonly ResolvedRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  const hits = new Set<string>();
  for (const row of rows) {
    const text = `${row.path} ${row.text}`.toLowerCase();
    if (row.kind !== 'section' && words.every((word) => text.includes(word))) hits.add(row.path);
  }
  const isAbove = (row: ResolvedRow) =>
    [...hits].some((hit) => hit.startsWith(`${row.path}.`) || hit.startsWith(`${row.path}[`));
  return rows.filter((row) => hits.has(row.path) || (row.kind === 'section' && isAbove(row)));
}

/** The row of a config path, else of what contains it: a key that is missing has no row of its own. */
export function findRow(rows: readonly ResolvedRow[], path: string): ResolvedRow | undefined {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(at.lastIndexOf('.'), at.lastIndexOf('['), 0))) {
    const inside = (row: ResolvedRow) => row.path.startsWith(`${at}.`) || row.path.startsWith(`${at}[`);
    const found = rows.find((row) => row.path === at && row.provenance?.source != null) ?? rows.find(inside);
    if (found !== undefined) return found;
  }
  return undefined;
}
