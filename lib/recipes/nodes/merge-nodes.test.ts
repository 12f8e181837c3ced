import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newBudget } from '@/lib/recipes/budget';
import type { ConfigValue } from '@/lib/recipes/config-value';
import { canonical, encodeValue } from '@/lib/recipes/conformance/value-code';
import { nodesOf } from './build-nodes';
import { isContainer, valueOf } from './config-node';
import { mergeContainer } from './merge-nodes';

/** Values without interpolations: nothing has to be followed. */
function merge(below: ConfigValue, above: ConfigValue): ConfigValue {
  const target = nodesOf(below);
  if (!isContainer(target)) throw new Error('The test merges containers only.');
  mergeContainer(target, nodesOf(above), { follow: () => null, budget: newBudget() });
  return valueOf(target);
}

const text = (value: ConfigValue): string => canonical(encodeValue(value));

const scalar: fc.Arbitrary<ConfigValue> = fc.oneof(
  fc.constant<ConfigValue>({ kind: 'null' }),
  fc.integer().map((value): ConfigValue => ({ kind: 'int', value: BigInt(value) })),
  fc.constantFrom('a', 'b').map((value): ConfigValue => ({ kind: 'string', value })),
);

// a key's first letter decides the kind of its value, so that kinds never clash
const { map } = fc.letrec<{ map: ConfigValue; list: ConfigValue }>((tie) => ({
  map: fc
    .uniqueArray(
      fc.oneof(
        fc.tuple(fc.constantFrom('s1', 's2', 's3'), scalar),
        fc.tuple(fc.constantFrom('m1', 'm2'), tie('map')),
        fc.tuple(fc.constantFrom('l1', 'l2'), tie('list')),
      ),
      { selector: ([key]) => key, maxLength: 5 },
    )
    .map((entries) => ({
      kind: 'map',
      entries: entries.map(([value, item]) => [{ kind: 'string', value }, item]),
    })),
  list: fc.array(scalar, { maxLength: 3 }).map((items) => ({ kind: 'list', items })),
}));
const EMPTY: ConfigValue = { kind: 'map', entries: [] };

describe('merging maps whose values keep their kinds', () => {
  test('is associative, order of keys included', () => {
    fc.assert(
      fc.property(map, map, map, (a, b, c) => {
        expect(text(merge(merge(a, b), c))).toBe(text(merge(a, merge(b, c))));
      }),
    );
  });

  test('has the empty map as neutral element', () => {
    fc.assert(
      fc.property(map, (a) => {
        expect(text(merge(a, EMPTY))).toBe(text(a));
        expect(text(merge(EMPTY, a))).toBe(text(a));
      }),
    );
  });

  test('changes nothing when a map is merged into itself', () => {
    fc.assert(
      fc.property(map, (a) => {
        expect(text(merge(a, a))).toBe(text(a));
      }),
    );
  });
});

test('a list and a map cannot be merged', () => {
  const list: ConfigValue = { kind: 'list', items: [] };
  expect(() => merge(EMPTY, list)).toThrow('cannot be merged');
  expect(() => merge(list, EMPTY)).toThrow('cannot be merged');
});
