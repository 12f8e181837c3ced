import { type ConfigKey, type ConfigScalar, type ConfigValue, keyIdentity } from '@/lib/recipes/config-value';

/**
 * A value while an override is parsed: quoted text is told from unquoted, since functions treat them differently,
 * and a sweep is a list of values of which a run takes one.
 */
export type OverrideValue =
  | ConfigScalar
  | { readonly kind: 'quoted'; readonly value: string }
  | { readonly kind: 'list'; readonly items: readonly OverrideValue[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [ConfigKey, OverrideValue])[] }
  | Sweep;

export type Sweep = {
  readonly kind: 'sweep';
  readonly form: 'simple' | 'choice' | 'range' | 'interval' | 'glob';
  readonly items: readonly OverrideValue[];
};

/** The value that is set; a sweep has none. */
export function settledValue(value: OverrideValue): ConfigValue | null {
  if (value.kind === 'sweep') return null;
  if (value.kind === 'quoted') return { kind: 'string', value: value.value };
  if (value.kind === 'list') return { kind: 'list', items: value.items.map(orNull) };
  if (value.kind !== 'map') return value;
  const entries = new Map<string, readonly [ConfigKey, ConfigValue]>();
  for (const [key, item] of value.entries)
    entries.set(keyIdentity(key), [entries.get(keyIdentity(key))?.[0] ?? key, orNull(item)]);
  return { kind: 'map', entries: [...entries.values()] };
}

function orNull(value: OverrideValue): ConfigValue {
  return settledValue(value) ?? { kind: 'null' };
}
