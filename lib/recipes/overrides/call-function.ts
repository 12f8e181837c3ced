import { type Cast, castValue } from './cast-value';
import type { OverrideValue } from './override-value';

type Named = ReadonlyMap<string, OverrideValue>;
/** The function's value; a string says what is wrong with the call. */
type CallOutcome = OverrideValue | string;
type OverrideFunction = (args: readonly OverrideValue[], named: Named) => CallOutcome;

const FUNCTIONS: ReadonlyMap<string, OverrideFunction> = new Map<string, OverrideFunction>([
  ['bool', castTo('bool')],
  ['choice', choice],
  ['float', castTo('float')],
  ['glob', (args, named) => sweepOf('glob', args, named)],
  ['int', castTo('int')],
  ['interval', (args, named) => sweepOf('interval', args, named)],
  ['range', (args, named) => sweepOf('range', args, named)],
  ['shuffle', shuffle],
  ['sort', sort],
  ['str', castTo('str')],
  ['tag', tag],
]);

/** Functions of Hydra's override grammar: `int(3.7)`, `sort([3, 1])`, and those that make a sweep. */
export function callFunction(name: string, positional: readonly OverrideValue[], named: Named): CallOutcome {
  const called = FUNCTIONS.get(name);
  if (called === undefined)
    return `There is no function ${name}(). Known: ${[...FUNCTIONS.keys()].join(', ')}.`;
  return called(positional.map(withoutQuotes), named);
}

function withoutQuotes(value: OverrideValue): OverrideValue {
  return value.kind === 'quoted' ? { kind: 'string', value: value.value } : value;
}

function choice(args: readonly OverrideValue[]): CallOutcome {
  const [first] = args;
  if (first === undefined) return 'choice() needs at least one value.';
  if (args.length > 1 || first.kind !== 'sweep') return { kind: 'sweep', form: 'choice', items: args };
  return first.form === 'simple' ? { ...first, form: 'choice' } : 'A choice cannot be chosen from again.';
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

function tag(args: readonly OverrideValue[], named: Named): CallOutcome {
  const sweep = named.get('sweep') ?? args[args.length - 1];
  return sweep?.kind === 'sweep'
    ? sweep
    : 'The last argument of tag() must be choice(), range() or interval().';
}

function castTo(cast: Cast): OverrideFunction {
  return (args, named) => {
    const value = named.get('value');
    if (value !== undefined && args.length > 0) return `${cast}() takes one value.`;
    if (value !== undefined) return castValue(cast, value);
    const [first] = args;
    if (first === undefined) return `${cast}() needs a value.`;
    return castValue(cast, args.length === 1 ? first : { kind: 'sweep', form: 'simple', items: args });
  };
}

function sort(args: readonly OverrideValue[], named: Named): CallOutcome {
  const reverse = named.get('reverse') ?? { kind: 'bool', value: false };
  if (reverse.kind !== 'bool') return 'sort(reverse=…) takes true or false.';
  const listed = named.get('list') ?? named.get('sweep') ?? (args.length === 1 ? args[0] : undefined);
  if (listed === undefined) {
    const items = sorted(args, reverse.value);
    return typeof items === 'string' ? items : { kind: 'sweep', form: 'simple', items };
  }
  if (listed.kind !== 'list') return listed;
  const items = sorted(listed.items, reverse.value);
  return typeof items === 'string' ? items : { kind: 'list', items };
}

function sortKey(item: OverrideValue): number | string | null {
  if (item.kind === 'int' || item.kind === 'float' || item.kind === 'bool') return Number(item.value);
  return item.kind === 'string' ? item.value : null;
}

/** Python's stable sort of numbers or of texts; the two do not mix, and quoted texts do not compare. */
function sorted(items: readonly OverrideValue[], isReverse: boolean): readonly OverrideValue[] | string {
  const keys = items.map(sortKey);
  const types = new Set(keys.map((key) => typeof key));
  if (items.length === 0) return items;
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
function shuffle(args: readonly OverrideValue[], named: Named): CallOutcome {
  const [only] = args;
  const listed = named.get('list') ?? named.get('sweep');
  if (listed !== undefined) return listed;
  if (args.length !== 1 || only === undefined) return { kind: 'sweep', form: 'simple', items: args };
  return only.kind === 'sweep' || only.kind === 'list' ? only : { kind: 'list', items: [only] };
}
