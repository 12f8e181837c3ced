import type { CellKind, ColumnProfile } from '@/lib/domain/data-profile';
import { plainJson } from '../plain-json';
import { createDistinctCount } from './distinct-count';
import { hashText } from './text-hash';

export type ColumnStats = {
  add(value: unknown): void;
  /** `rows` includes rows without the column. */
  profile(column: {
    readonly name: string;
    readonly declared: string | null;
    readonly rows: number;
  }): ColumnProfile;
};

export function createColumnStats(): ColumnStats {
  const kinds = new Map<CellKind, number>();
  const distinct = createDistinctCount();
  const length = createSpread();
  const range = createSpread();
  return {
    add: (value) => {
      const kind = kindOf(value);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (kind === 'null') return;
      distinct.add(hashText(textOf(value)));
      if (typeof value === 'string' || Array.isArray(value)) length.add(value.length);
      if (typeof value === 'number' || typeof value === 'bigint') range.add(Number(value));
    },
    profile: ({ name, declared, rows }) => {
      const filled = [...kinds].filter(([kind]) => kind !== 'null');
      const counted = distinct.result();
      const present = filled.reduce((sum, [, count]) => sum + count, 0);
      return {
        name,
        type: typeName(declared, filled),
        kinds: filled.map(([kind, count]) => ({ kind, count })),
        nulls: Math.max(0, rows - present),
        distinct: { ...counted, count: Math.min(present, counted.count) },
        length: length.result(),
        range: range.result(),
      };
    },
  };
}

function typeName(declared: string | null, filled: readonly (readonly [CellKind, number])[]): string {
  if (declared !== null && declared !== 'json') return declared;
  const names = filled.map(([kind]) => kind);
  if (names.every((name) => name === 'integer' || name === 'number')) {
    return names.includes('number') ? 'number' : (names[0] ?? 'null');
  }
  return names.length === 1 ? (names[0] ?? 'null') : `mixed: ${names.join(', ')}`;
}

/** A value as text, the same for equal values of any file format. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(plainJson(value));
}

export function kindOf(value: unknown): CellKind {
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'boolean':
      return 'boolean';
    case 'bigint':
      return 'integer';
    case 'number':
      if (Number.isNaN(value)) return 'null';
      return Number.isInteger(value) ? 'integer' : 'number';
    case 'object':
      return objectKind(value);
    case 'undefined':
    case 'function':
    case 'symbol':
      return 'null';
  }
}

function objectKind(value: object | null): CellKind {
  if (value === null) return 'null';
  if (value instanceof Date) return 'time';
  if (value instanceof Uint8Array) return 'binary';
  return Array.isArray(value) || ArrayBuffer.isView(value) ? 'list' : 'object';
}

function createSpread() {
  let count = 0;
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  return {
    add: (value: number): void => {
      if (!Number.isFinite(value)) return;
      count += 1;
      sum += value;
      min = Math.min(min, value);
      max = Math.max(max, value);
    },
    result: () => (count === 0 ? null : { min, max, mean: sum / count }),
  };
}
