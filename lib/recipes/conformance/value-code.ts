import type { ConfigKey, ConfigValue } from '@/lib/recipes/config-value';
import { floatText } from '@/lib/recipes/python-text';

/**
 * A value in the notation of the golden cases: JSON, with `{"$float": "1.0"}`, `{"$int": "…"}`, `{"$bytes": …}`,
 * `{"$path": …}` and `{"$map": [[key, value], …]}` for what JSON would lose.
 */
export function encodeValue(value: ConfigValue): unknown {
  if (value.kind === 'list') return value.items.map(encodeValue);
  if (value.kind === 'map') return encodeMap(value.entries);
  if (value.kind === 'secret') return { $secret: value.name };
  if (value.kind === 'path') return { $path: value.value };
  return encodeKey(value);
}

function encodeKey(value: ConfigKey): unknown {
  switch (value.kind) {
    case 'null':
      return null;
    case 'bool':
    case 'string':
      return value.value;
    case 'int':
      return Number.isSafeInteger(Number(value.value))
        ? Number(value.value)
        : { $int: value.value.toString() };
    case 'float': {
      const isPlain = Number.isFinite(value.value) && !Number.isInteger(value.value);
      return isPlain ? value.value : { $float: floatText(value.value) };
    }
    case 'bytes':
      return { $bytes: value.value };
  }
}

function encodeMap(entries: readonly (readonly [ConfigKey, ConfigValue])[]): unknown {
  const isPlain = entries.every(([key]) => key.kind === 'string' && isPlainKey(key.value));
  const pairs = entries.map(([key, value]): [unknown, unknown] => [encodeKey(key), encodeValue(value)]);
  return isPlain ? Object.fromEntries(pairs.map(([key, value]) => [String(key), value])) : { $map: pairs };
}

function isPlainKey(key: string): boolean {
  return !key.startsWith('$') && key !== '__proto__' && !/^\d+$/.test(key);
}

/** Canonical text: equal texts are equal values, in the same order. */
export function canonical(encoded: unknown): string {
  return JSON.stringify(encoded);
}
