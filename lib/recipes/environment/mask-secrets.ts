import type { Composed } from '@/lib/recipes/compose';
import type { ConfigValue } from '@/lib/recipes/config-value';

/** A secret's value and the name under which it may be shown. */
export type KnownSecret = { readonly value: string; readonly name: string };

/** Shorter ones are hidden only where they are the whole value: "1" stands in half of all texts. */
const SHORTEST_PART = 4;

/** Stars in the place of every secret of a text. */
export function redact(text: string, secrets: readonly KnownSecret[]): string {
  return byLength(secrets).reduce((result, { value }) => result.replaceAll(value, '***'), text);
}

/** Those that are hidden inside a text. The longest first: the rest of one that begins like another would stay. */
function byLength(secrets: readonly KnownSecret[]): readonly KnownSecret[] {
  return secrets
    .filter(({ value }) => value.length >= SHORTEST_PART)
    .toSorted((a, b) => b.value.length - a.value.length);
}

/** A composition in which every value that holds one of the secrets is a secret too, wherever interpolation took it. */
export function maskSecrets(composed: Composed, secrets: readonly KnownSecret[]): Composed {
  if (secrets.length === 0) return composed;
  const mask = (value: ConfigValue | null): ConfigValue | null =>
    value === null ? null : masked(value, secrets);
  return {
    ...composed,
    composed: mask(composed.composed),
    resolved: mask(composed.resolved),
    diagnostics: composed.diagnostics.map((diagnostic) => ({
      ...diagnostic,
      message: redact(diagnostic.message, secrets),
    })),
  };
}

function masked(value: ConfigValue, secrets: readonly KnownSecret[]): ConfigValue {
  switch (value.kind) {
    case 'list':
      return { ...value, items: value.items.map((item) => masked(item, secrets)) };
    case 'map':
      return { ...value, entries: value.entries.map(([key, item]) => [key, masked(item, secrets)]) };
    case 'string':
    case 'path':
    case 'int':
    case 'float':
      return maskedText(value, String(value.value), secrets);
    case 'secret':
    case 'null':
    case 'bool':
    case 'bytes':
      return value;
  }
}

function maskedText(value: ConfigValue, text: string, secrets: readonly KnownSecret[]): ConfigValue {
  const whole = secrets.find((secret) => secret.value === text);
  if (whole !== undefined) return { kind: 'secret', name: whole.name };
  const inside = byLength(secrets).filter(({ value: secret }) => text.includes(secret));
  const [first] = inside;
  if (first === undefined) return value;
  const template = inside.reduce((rest, secret) => rest.replaceAll(secret.value, `\${${secret.name}}`), text);
  return { kind: 'secret', name: first.name, template };
}
