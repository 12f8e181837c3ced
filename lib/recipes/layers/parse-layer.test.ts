import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { newBudget } from '@/lib/recipes/budget';
import { plainValue } from '@/lib/recipes/plain-value';
import { buildNodes } from '@/lib/recipes/nodes/build-nodes';
import { valueOf } from '@/lib/recipes/nodes/config-node';
import { parseLayer } from './parse-layer';

function read(text: string): unknown {
  const parsed = parseLayer(text);
  if (!parsed.ok) throw parsed.failure;
  return parsed.root === null ? undefined : plainValue(valueOf(buildNodes(parsed.root, '', newBudget())));
}

function problem(text: string): { message: string; text: string } | null {
  const parsed = parseLayer(text);
  if (parsed.ok) return null;
  const { message, range } = parsed.failure.problem;
  return { message, text: text.slice(range?.start, range?.end) };
}

const json = fc.jsonValue({ maxDepth: 4, noUnicodeString: false });
const hasNumber = (value: unknown): boolean => /[0-9]e[+-]?[0-9]|-0[,\]}]|^-0$/.test(JSON.stringify(value));

/** As `plainValue` writes it: an integer that a double cannot tell from its neighbours is its digits. */
const asPlain = (value: unknown): string =>
  JSON.stringify(value, (_, leaf: unknown) =>
    Number.isInteger(leaf) && !Number.isSafeInteger(leaf) ? String(leaf) : leaf,
  );

describe('texts that other tools write', () => {
  test('JSON is read as what it says', () => {
    fc.assert(
      fc.property(json, (value) => {
        fc.pre(!hasNumber(value));
        const text = JSON.stringify(value, null, 2);
        fc.pre(!/[\p{Cc}\p{Cs}\p{Cn}]/u.test(text.replaceAll('\n', '')));
        expect(JSON.stringify(read(text))).toBe(asPlain(value));
      }),
      { examples: [[[-9007199254740992]], [{ a: 100000000000000000000 }]] },
    );
  });

  test('block YAML is read as what it says', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9 _.,;()-]{0,8}[a-z0-9]$/);
    const leaf = fc.oneof(
      word,
      fc.integer({ min: 1, max: 9999 }),
      fc.boolean(),
      fc.constant(null),
      fc.constant('two\nlines\n'),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.stringMatching(/^[a-z]{2,6}_x$/), tie('tree'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const text = stringify({ value }, { version: '1.1', lineWidth: 0 });
        expect(JSON.stringify(read(text))).toBe(JSON.stringify({ value }));
      }),
    );
  });
});

describe('what PyYAML refuses is refused, at its place', () => {
  test.each([
    ['a tab as separator', 'a:\t1\n', '\t'],
    ['a tab as indentation', 'a:\n\tb: 1\n', '\t'],
    ['an unquoted ??? in braces', 'a: {x: ???}\n', '?'],
    ['an unquoted interpolation in brackets', 'a: [${n}]\n', '{'],
    ['a second colon', 'a: b: c\n', ':'],
    ['a key without a colon', 'a: 1\nb\nc: 2\n', 'b'],
    ['a key that is set twice', 'a: 1\nb: 2\na: 3\n', 'a'],
    ['an anchor that is set twice', 'a: &x 1\nb: &x 2\n', '&x'],
    ['an alias without an anchor', 'a: *x\n', '*x'],
    ['a second document', 'a: 1\n---\nb: 2\n', '---'],
    ['a lone =', 'a: =\n', '='],
  ])('%s', (_, text, place) => {
    expect(problem(text)?.text).toContain(place);
    expect(problem(text)?.message).not.toBe('');
  });
});

describe('numbers, words and keys are those of YAML 1.1 with OmegaConf’s floats', () => {
  test.each([
    ['yes', true],
    ['off', false],
    ['y', 'y'],
    ['1e-4', 0.0001],
    ['1e4', 10_000],
    ['-.5', '-.5'],
    ['017', 15],
    ['0o17', '0o17'],
    ['0xff', 255],
    ['1:30', 90],
    ['0:30', '0:30'],
    ['1_000', 1000],
    ['2024-01-01', '2024-01-01'],
    ['~', null],
    ['None', 'None'],
  ])('%s', (text, value) => {
    expect(read(`v: ${text}\n`)).toEqual({ v: value });
  });
});
