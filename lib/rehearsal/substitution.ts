import type { Substitution } from '@/lib/domain/rehearsal';
import { isList, isMap } from '@/lib/recipes/config-view';
import { valueAt } from '@/lib/recipes/value-at';
import { isSameData } from '@/lib/shared/same-data';

/** What a rule wants at a place, whatever stands there now. */
export type Change = {
  readonly path: readonly (string | number)[];
  readonly to: unknown;
  readonly reason: string;
};

type Plain = Readonly<Record<string, unknown>>;

export type Substituted = { readonly config: unknown; readonly substitutions: readonly Substitution[] };

/** Makes the changes in order; one that would change nothing is none. `original` is left as it is. */
export function substitute(original: unknown, changes: readonly Change[]): Substituted {
  const made = new Map<string, Substitution>();
  let config = original;
  for (const { path, to, reason } of changes) {
    if (isSameData(valueAt(config, path), to)) continue;
    config = withValue(config, path, to);
    const key = keyOf(path);
    const from = valueAt(original, path);
    made.set(key, { key, ...(from === undefined ? {} : { from }), to, reason });
  }
  return { config, substitutions: [...made.values()] };
}

export function keyOf(path: readonly (string | number)[]): string {
  return path.reduce<string>((key, part) => {
    if (typeof part === 'number') return `${key}[${part}]`;
    return key === '' ? part : `${key}.${part}`;
  }, '');
}

function withValue(value: unknown, [part, ...rest]: readonly (string | number)[], to: unknown): unknown {
  if (part === undefined) return to;
  if (typeof part === 'number') {
    const items = isList(value) ? value : [];
    return items.map((item, index) => (index === part ? withValue(item, rest, to) : item));
  }
  const map: Plain = isMap(value) ? value : {};
  return { ...map, [part]: withValue(map[part], rest, to) };
}
