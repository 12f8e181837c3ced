import { type ConfigKey } from '@/lib/recipes/config-value';
import { floatOf } from '@/lib/recipes/layers/scalar-type';
import { strText } from '@/lib/recipes/python-text';
import { type OverrideValue, type Sweep } from './override-value';

type Named = ReadonlyMap<string, OverrideValue>;
/** The function's value, or what is wrong with the call. */
type CallOutcome = OverrideValue | string;

const KNOWN = [
  'bool',
  'choice',
  'float',
  'glob',
  'int',
  'interval',
  'range',
  'shuffle',
  'sort',
  'str',
  'tag',
];

/** Functions of Hydra's override grammar: `int(3.7)`, `sort([3, 1])`, and those that make a sweep. */
export function callFunction(name: string, positional: readonly OverrideValue[], named: Named): CallOutcome {
  const args = positional.map(withoutQuotes);
  switch (name) {
    case 'int':
    case 'float':
    case 'str':
    case 'bool':
      return castCall(name, args, named);
    case 'sort':
      return sortCall(args, named);
    case 'shuffle':
      return shuffleCall(args, named);
    case 'choice':
      return args.length === 0
        ? 'choice() needs at least one value.'
        : { kind: 'sweep', form: 'choice', items: args };
    case 'range':
      return sweepOf('range', args, named);
    case 'interval':
      return sweepOf('interval', args, named);
    case 'glob':
      return sweepOf('glob', args, named);
    case 'tag':
      return tagCall(args, named);
    default:
      return `There is no function ${name}(). Known: ${KNOWN.join(', ')}.`;
  }
}

function withoutQuotes(value: OverrideValue): OverrideValue {
  return value.kind === 'quoted' ? { kind: 'string', value: value.value } : value;
}

const ARITY = { range: [1, 3], interval: [2, 2], glob: [1, 2] } as const;

function sweepOf(form: keyof typeof ARITY, args: readonly OverrideValue[], named: Named): CallOutcome {
  const items = [...args, ...[...named.values()].map(withoutQuotes)];
  const [least, most] = ARITY[form];
  if (items.length < least || items.length > most) return `${form}() takes ${least} to ${most} arguments.`;
  const fits = (item: OverrideValue): boolean =>
    form === 'glob'
      ? item.kind === 'string' || item.kind === 'list'
      : item.kind === 'int' || item.kind === 'float';
  return items.every(fits)
    ? { kind: 'sweep', form, items }
    : `${form}() was given a value of the wrong type.`;
}

function tagCall(args: readonly OverrideValue[], named: Named): CallOutcome {
  const sweep = named.get('sweep') ?? args.at(-1);
  return sweep?.kind === 'sweep'
    ? sweep
    : 'The last argument of tag() must be choice(), range() or interval().';
}

type Cast = 'int' | 'float' | 'str' | 'bool';

function castCall(cast: Cast, args: readonly OverrideValue[], named: Named): CallOutcome {
  const value = named.get('value');
  if (value !== undefined && args.length > 0) return `${cast}() takes one value.`;
  const [first] = args;
  if (value !== undefined) return castValue(cast, value);
  if (first === undefined) return `${cast}() needs a value.`;
  return castValue(cast, args.length === 1 ? first : { kind: 'sweep', form: 'simple', items: args });
}

/** Casts a value, or each value of a list, map or sweep. */
function castValue(cast: Cast, value: OverrideValue): CallOutcome {
  switch (value.kind) {
    case 'quoted':
      return castValue(cast, { kind: 'string', value: value.value });
    case 'list': {
      const items = castAll(cast, value.items);
      return typeof items === 'string' ? items : { kind: 'list', items };
    }
    case 'sweep':
      return castSweep(cast, value);
    case 'map': {
      const items = castAll(
        cast,
        value.entries.map(([, item]) => item),
      );
      if (typeof items === 'string') return items;
      const entries: (readonly [ConfigKey, OverrideValue])[] = [];
      value.entries.forEach(([key], index) => {
        const item = items[index];
        if (item !== undefined) entries.push([key, item]);
      });
      return { kind: 'map', entries };
    }
    case 'int':
    case 'float':
    case 'bool':
    case 'string':
      return castScalar(cast, value) ?? `${cast}() cannot convert ${strText(value)}.`;
    case 'null':
    case 'bytes':
    case 'path':
      return `${cast}() cannot convert ${strText(value)}.`;
  }
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

function castSweep(cast: Cast, sweep: Sweep): CallOutcome {
  if (sweep.form === 'range' && (cast === 'str' || cast === 'bool'))
    return `range() cannot be cast to ${cast}.`;
  if (sweep.form === 'interval' && (cast === 'str' || cast === 'bool'))
    return `interval() cannot be cast to ${cast}.`;
  const items = castAll(cast, sweep.items);
  return typeof items === 'string' ? items : { ...sweep, items };
}

type Castable = Extract<OverrideValue, { kind: 'int' | 'float' | 'bool' | 'string' }>;

function castScalar(cast: Cast, value: Castable): OverrideValue | null {
  switch (cast) {
    case 'int':
      return castInt(value);
    case 'float':
      return castFloat(value);
    case 'bool':
      return castBool(value);
    case 'str':
      return { kind: 'string', value: value.kind === 'bool' ? String(value.value) : strText(value) };
  }
}

function castInt(value: Castable): OverrideValue | null {
  switch (value.kind) {
    case 'int':
      return value;
    case 'float':
      return Number.isFinite(value.value) ? { kind: 'int', value: BigInt(Math.trunc(value.value)) } : null;
    case 'bool':
      return { kind: 'int', value: value.value ? 1n : 0n };
    case 'string': {
      const text = value.value.trim();
      if (!/^[+-]?[0-9]+(?:_[0-9]+)*$/.test(text)) return null;
      const digits = text.replaceAll('_', '').replace('+', '');
      return { kind: 'int', value: digits.startsWith('-') ? -BigInt(digits.slice(1)) : BigInt(digits) };
    }
  }
}

function castFloat(value: Castable): OverrideValue | null {
  if (value.kind === 'string') {
    const text = value.value.trim();
    const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
    if (special !== null) {
      const size = special[2]?.toLowerCase() === 'nan' ? Number.NaN : Number.POSITIVE_INFINITY;
      return { kind: 'float', value: special[1] === '-' ? -size : size };
    }
    const number = text.includes(':') || /__|^_|_$/.test(text) ? null : floatOf(text);
    return number === null || text.startsWith('.inf') || text.startsWith('.nan')
      ? null
      : { kind: 'float', value: number };
  }
  return { kind: 'float', value: Number(value.value) };
}

function castBool(value: Castable): OverrideValue | null {
  if (value.kind !== 'string')
    return {
      kind: 'bool',
      value: (Boolean(value.value) && !Number.isNaN(value.value)) || Number.isNaN(value.value),
    };
  const text = value.value.toLowerCase();
  return text === 'true' || text === 'false' ? { kind: 'bool', value: text === 'true' } : null;
}

function sortCall(args: readonly OverrideValue[], named: Named): CallOutcome {
  const reverse = named.get('reverse');
  if (reverse !== undefined && reverse.kind !== 'bool') return 'sort(reverse=…) takes true or false.';
  const isReverse = reverse?.kind === 'bool' && reverse.value;
  const listed = named.get('list') ?? named.get('sweep');
  const [first] = listed === undefined ? args : [listed];
  if (first === undefined) return 'sort() needs a list.';
  if (listed === undefined && args.length > 1) {
    const items = sorted(args, isReverse);
    return typeof items === 'string' ? items : { kind: 'sweep', form: 'simple', items };
  }
  if (
    first.kind === 'sweep' &&
    (first.form === 'range' || first.form === 'simple' || first.form === 'choice')
  )
    return first;
  if (first.kind !== 'list') return first;
  const items = sorted(first.items, isReverse);
  return typeof items === 'string' ? items : { kind: 'list', items };
}

/** Python's stable sort of numbers or of texts; the two do not mix, and quoted texts do not compare. */
function sorted(items: readonly OverrideValue[], isReverse: boolean): readonly OverrideValue[] | string {
  const keys = items.map((item) => {
    if (item.kind === 'int' || item.kind === 'float' || item.kind === 'bool') return Number(item.value);
    return item.kind === 'string' ? item.value : null;
  });
  const types = new Set(keys.map((key) => typeof key));
  if (items.length > 1 && (types.size > 1 || keys.includes(null)))
    return 'sort() compares numbers with numbers and unquoted texts with texts.';
  const order = keys
    .map((_, index) => index)
    .toSorted((a, b) => {
      const [left, right] = [keys[a] ?? 0, keys[b] ?? 0];
      const sign = left < right ? -1 : left > right ? 1 : 0;
      return isReverse ? -sign : sign;
    });
  return order.flatMap((index) => items[index] ?? []);
}

/** Composition is pure: the order that was written is as good as any other. */
function shuffleCall(args: readonly OverrideValue[], named: Named): CallOutcome {
  const listed = named.get('list') ?? named.get('sweep');
  if (listed !== undefined) return listed;
  const [only] = args;
  if (args.length !== 1 || only === undefined) return { kind: 'sweep', form: 'simple', items: args };
  return only.kind === 'sweep' || only.kind === 'list' ? only : { kind: 'list', items: [only] };
}
