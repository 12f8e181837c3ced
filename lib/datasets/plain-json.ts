/** A value as a data file holds it → what JSON can hold, so that evaluators in any language see the same row. */
export function plainJson(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
    case 'object':
      return plainObject(value);
    case 'undefined':
    case 'function':
    case 'symbol':
      return null;
  }
}

function plainObject(value: object | null): unknown {
  if (value === null) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plainJson);
  if (isNumberArray(value)) return Array.from(value, plainJson);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plainJson(entry)]));
}

function isNumberArray(value: object): value is Iterable<number | bigint> {
  return ArrayBuffer.isView(value) && Symbol.iterator in value;
}
