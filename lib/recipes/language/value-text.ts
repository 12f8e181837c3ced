import type { ConfigKey, ConfigValue } from '@/lib/recipes/config-value';
import { yamlText } from '@/lib/recipes/yaml-text';
import type { ConfigPath } from './outline';

/** The value at a path; undefined where there is none. */
export function valueAt(root: ConfigValue | null | undefined, path: ConfigPath): ConfigValue | undefined {
  let at: ConfigValue | undefined = root ?? undefined;
  for (const step of path) {
    if (at?.kind === 'list') at = at.items[Number(step)];
    else if (at?.kind === 'map') at = at.entries.find(([key]) => keyName(key) === String(step))?.[1];
    else return undefined;
  }
  return at;
}

/** Names of the keys, or indices of the items, below a value. */
export function namesBelow(value: ConfigValue | undefined): readonly string[] {
  if (value?.kind === 'map') return value.entries.map(([key]) => keyName(key));
  return value?.kind === 'list' ? value.items.map((_, index) => String(index)) : [];
}

function keyName(key: ConfigKey): string {
  return key.kind === 'null' ? 'null' : String(key.value);
}

/** A value on one line. Of a secret only that it is set. */
export function briefText(value: ConfigValue, longest = 60): string {
  const text = brief(value);
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

function brief(value: ConfigValue): string {
  switch (value.kind) {
    case 'secret':
      return value.template ?? '•••• set';
    case 'list':
      return `[${value.items.map(brief).join(', ')}]`;
    case 'map':
      return `{${value.entries.map(([key, item]) => `${keyName(key)}: ${brief(item)}`).join(', ')}}`;
    case 'string':
    case 'path':
      return JSON.stringify(value.value);
    case 'null':
    case 'bool':
    case 'int':
    case 'float':
    case 'bytes':
      return yamlText(value).trim();
  }
}
