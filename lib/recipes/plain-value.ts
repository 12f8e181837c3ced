import type { ConfigKey, ConfigValue } from './config-value';

/**
 * The plain-JSON view of a config, for schemas and snapshots: whole numbers that JSON cannot hold become strings,
 * bytes their base64, a secret `{ $secret: NAME }`, and every key its text.
 */
export function plainValue(value: ConfigValue): unknown {
  switch (value.kind) {
    case 'null':
      return null;
    case 'int':
      return Number.isSafeInteger(Number(value.value)) ? Number(value.value) : value.value.toString();
    case 'secret':
      return plainSecret(value);
    case 'list':
      return value.items.map(plainValue);
    case 'map':
      return plainMap(value.entries);
    case 'bool':
    case 'float':
    case 'string':
    case 'bytes':
    case 'path':
      return value.value;
  }
}

function plainMap(entries: Extract<ConfigValue, { kind: 'map' }>['entries']): unknown {
  const plain: Record<string, unknown> = {};
  for (const [key, item] of entries) {
    const name = plainKey(key);
    const value = plainValue(item);
    // an assignment to `__proto__` would make no property
    if (name === '__proto__')
      Object.defineProperty(plain, name, { value, enumerable: true, writable: true, configurable: true });
    else plain[name] = value;
  }
  return plain;
}

function plainSecret({ name, template }: Extract<ConfigValue, { kind: 'secret' }>): unknown {
  return { $secret: name, ...(template === undefined ? {} : { $template: template }) };
}

function plainKey(key: ConfigKey): string {
  return key.kind === 'null' ? 'null' : String(key.value);
}
