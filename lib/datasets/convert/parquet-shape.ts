import type { SchemaElement } from 'hyparquet';
import { plainJson } from '../plain-json';
import type { Shape } from './value-shape';

/** The Parquet schema of columns, in the order of the map. Every value may be null. */
export function parquetSchemaOf(columns: ReadonlyMap<string, Shape>): SchemaElement[] {
  return [
    { name: 'root', num_children: columns.size },
    ...[...columns].flatMap(([name, shape]) => elements(name, shape)),
  ];
}

function elements(name: string, shape: Shape): SchemaElement[] {
  const base = { name, repetition_type: 'OPTIONAL' } as const;
  switch (shape.kind) {
    case 'list':
      return [
        { ...base, converted_type: 'LIST', num_children: 1 },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        ...elements('element', shape.item),
      ];
    case 'struct':
      return [
        { ...base, num_children: shape.fields.size },
        ...[...shape.fields].flatMap(([field, inner]) => elements(field, inner)),
      ];
    case 'boolean':
      return [{ ...base, type: 'BOOLEAN' }];
    case 'int64':
      return [{ ...base, type: 'INT64' }];
    case 'double':
      return [{ ...base, type: 'DOUBLE' }];
    case 'json':
      return [{ ...base, type: 'BYTE_ARRAY', converted_type: 'JSON' }];
    case 'null':
    case 'string':
      return [{ ...base, type: 'BYTE_ARRAY', converted_type: 'UTF8' }];
  }
}

/** A value as the writer of a column of this shape takes it. */
export function cellOf(value: unknown, shape: Shape): unknown {
  return value === null || value === undefined ? null : filledCell(value, shape);
}

function filledCell(value: unknown, shape: Shape): unknown {
  switch (shape.kind) {
    case 'int64':
      return integerOf(value);
    case 'list':
      return Array.isArray(value) ? value.map((item) => cellOf(item, shape.item)) : null;
    case 'struct':
      return structOf(value, shape.fields);
    case 'json':
      return plainJson(value);
    case 'null':
    case 'boolean':
    case 'double':
    case 'string':
      return value;
  }
}

function integerOf(value: unknown): bigint | null {
  return typeof value === 'number' || typeof value === 'bigint' ? BigInt(value) : null;
}

function structOf(value: unknown, fields: ReadonlyMap<string, Shape>): unknown {
  if (typeof value !== 'object' || value === null) return null;
  const given = new Map<string, unknown>(Object.entries(value));
  return Object.fromEntries([...fields].map(([name, field]) => [name, cellOf(given.get(name), field)]));
}

/** One text for equal rows: key order, and whether a key is null or absent, do not count. */
export function canonical(value: unknown): string {
  if (typeof value === 'bigint' || typeof value === 'number') return String(Number(value) === 0 ? 0 : value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const filled = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
    const sorted = filled.toSorted(([left], [right]) => (left < right ? -1 : 1));
    return `{${sorted.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}
