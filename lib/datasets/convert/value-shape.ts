/** What Parquet type holds all values of a column. `json` holds anything, as JSON text. */
export type Shape =
  | { readonly kind: 'null' | 'boolean' | 'double' | 'string' | 'json' }
  /** `isWide`: some of them a double would round. */
  | { readonly kind: 'int64'; readonly isWide: boolean }
  | { readonly kind: 'list'; readonly item: Shape }
  | { readonly kind: 'struct'; readonly fields: ReadonlyMap<string, Shape> };

export const NO_VALUE: Shape = { kind: 'null' };
const JSON_SHAPE: Shape = { kind: 'json' };

/** An object with more keys is a dictionary, not a record: a column for each would be mostly empty. */
const MAX_FIELDS = 64;
const INT64 = { least: -(2n ** 63n), most: 2n ** 63n - 1n };

export function shapeOf(value: unknown): Shape {
  switch (typeof value) {
    case 'string':
      return { kind: 'string' };
    case 'boolean':
      return { kind: 'boolean' };
    case 'bigint':
      return value < INT64.least || value > INT64.most ? JSON_SHAPE : { kind: 'int64', isWide: true };
    case 'number':
      return Number.isSafeInteger(value) ? { kind: 'int64', isWide: false } : { kind: 'double' };
    case 'object':
      return objectShape(value);
    case 'undefined':
    case 'function':
    case 'symbol':
      return NO_VALUE;
  }
}

function objectShape(value: object | null): Shape {
  if (value === null) return NO_VALUE;
  if (Array.isArray(value)) {
    return {
      kind: 'list',
      item: value.reduce<Shape>((shape, item) => wider(shape, shapeOf(item)), NO_VALUE),
    };
  }
  const entries = Object.entries(value);
  if (entries.length === 0 || entries.length > MAX_FIELDS) return JSON_SHAPE;
  return { kind: 'struct', fields: new Map(entries.map(([name, item]) => [name, shapeOf(item)])) };
}

/** The shape of a column that holds values of both. Commutative and associative, so rows may come in any order. */
export function wider(left: Shape, right: Shape): Shape {
  if (left.kind === 'null') return right;
  if (right.kind === 'null') return left;
  if (left.kind === 'list' && right.kind === 'list') {
    return { kind: 'list', item: wider(left.item, right.item) };
  }
  if (left.kind === 'struct' && right.kind === 'struct') return widerStruct(left.fields, right.fields);
  if (left.kind === 'int64' && right.kind === 'int64') {
    return { kind: 'int64', isWide: left.isWide || right.isWide };
  }
  return left.kind === right.kind ? left : mixture(left, right);
}

function mixture(left: Shape, right: Shape): Shape {
  return isPlainNumber(left) && isPlainNumber(right) ? { kind: 'double' } : JSON_SHAPE;
}

function widerStruct(left: ReadonlyMap<string, Shape>, right: ReadonlyMap<string, Shape>): Shape {
  const fields = new Map(left);
  for (const [name, shape] of right) fields.set(name, wider(fields.get(name) ?? NO_VALUE, shape));
  return fields.size > MAX_FIELDS ? JSON_SHAPE : { kind: 'struct', fields };
}

function isPlainNumber(shape: Shape): boolean {
  return shape.kind === 'double' || (shape.kind === 'int64' && !shape.isWide);
}

/** As Arrow users write it: `list<struct<role: string, content: string>>`. */
export function shapeText(shape: Shape): string {
  switch (shape.kind) {
    case 'list':
      return `list<${shapeText(shape.item)}>`;
    case 'struct':
      return `struct<${[...shape.fields].map(([name, field]) => `${name}: ${shapeText(field)}`).join(', ')}>`;
    case 'null':
      return 'string';
    case 'boolean':
    case 'double':
    case 'string':
    case 'json':
    case 'int64':
      return shape.kind;
  }
}
