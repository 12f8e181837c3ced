import type { ConfigKey } from '@/lib/recipes/config-value';
import { floatOf } from '@/lib/recipes/layers/scalar-type';
import { strText } from '@/lib/recipes/python-text';
import type { OverrideValue, Sweep } from './override-value';

export type Cast = 'int' | 'float' | 'str' | 'bool';
type Castable = Extract<OverrideValue, { kind: 'int' | 'float' | 'bool' | 'string' }>;

function isCastable(value: OverrideValue): value is Castable {
  return ['int', 'float', 'bool', 'string'].includes(value.kind);
}

/** Casts a value, or each value of a list, map or sweep. A string says what is wrong. */
export function castValue(cast: Cast, value: OverrideValue): OverrideValue | string {
  if (value.kind === 'quoted') return castValue(cast, { kind: 'string', value: value.value });
  if (value.kind === 'sweep') return castSweep(cast, value);
  if (value.kind === 'map') return castEntries(cast, value.entries);
  if (value.kind === 'list') {
    const items = castAll(cast, value.items);
    return typeof items === 'string' ? items : { kind: 'list', items };
  }
  const done = isCastable(value) ? CASTS[cast](value) : null;
  return done ?? `${cast}() cannot convert ${strText(value)}.`;
}

function castEntries(
  cast: Cast,
  entries: readonly (readonly [ConfigKey, OverrideValue])[],
): OverrideValue | string {
  const done: (readonly [ConfigKey, OverrideValue])[] = [];
  for (const [key, value] of entries) {
    const item = castValue(cast, value);
    if (typeof item === 'string') return item;
    done.push([key, item]);
  }
  return { kind: 'map', entries: done };
}

function castAll(cast: Cast, values: readonly OverrideValue[]): readonly OverrideValue[] | string {
  const items: OverrideValue[] = [];
  for (const value of values) {
    const item = castValue(cast, value);
    if (typeof item === 'string') return item;
    items.push(item);
  }
  return items;
}

function castSweep(cast: Cast, sweep: Sweep): OverrideValue | string {
  const isNumeric = sweep.form === 'range' || sweep.form === 'interval';
  if (isNumeric && (cast === 'str' || cast === 'bool')) return `${sweep.form}() cannot be cast to ${cast}.`;
  const items = castAll(cast, sweep.items);
  return typeof items === 'string' ? items : { ...sweep, items };
}

const CASTS: Readonly<Record<Cast, (value: Castable) => OverrideValue | null>> = {
  int: castInt,
  float: castFloat,
  bool: castBool,
  str: (value) => ({ kind: 'string', value: value.kind === 'bool' ? String(value.value) : strText(value) }),
};

function castInt(value: Castable): OverrideValue | null {
  if (value.kind === 'int') return value;
  if (value.kind === 'bool') return { kind: 'int', value: value.value ? 1n : 0n };
  if (value.kind === 'float')
    return Number.isFinite(value.value) ? { kind: 'int', value: BigInt(Math.trunc(value.value)) } : null;
  const text = value.value.trim();
  if (!/^[+-]?[0-9]+(?:_[0-9]+)*$/.test(text)) return null;
  const digits = text.replaceAll('_', '').replace('+', '');
  return { kind: 'int', value: digits.startsWith('-') ? -BigInt(digits.slice(1)) : BigInt(digits) };
}

const SPECIAL_FLOAT = /^([+-]?)(?:(inf|infinity)|nan)$/i;
const FLOAT =
  /^[+-]?(?:[0-9](?:_?[0-9])*\.?(?:[0-9](?:_?[0-9])*)?|\.[0-9](?:_?[0-9])*)(?:e[-+]?[0-9](?:_?[0-9])*)?$/i;

function castFloat(value: Castable): OverrideValue | null {
  if (value.kind !== 'string') return { kind: 'float', value: Number(value.value) };
  const text = value.value.trim();
  const special = SPECIAL_FLOAT.exec(text);
  if (special !== null) {
    const size = special[2] === undefined ? Number.NaN : Number.POSITIVE_INFINITY;
    return { kind: 'float', value: special[1] === '-' ? -size : size };
  }
  const number = FLOAT.test(text) ? floatOf(text) : null;
  return number === null ? null : { kind: 'float', value: number };
}

function castBool(value: Castable): OverrideValue | null {
  if (value.kind !== 'string') return { kind: 'bool', value: Number(value.value) !== 0 };
  const text = value.value.toLowerCase();
  return text === 'true' || text === 'false' ? { kind: 'bool', value: text === 'true' } : null;
}
