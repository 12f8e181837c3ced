import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { newBudget } from './budget';
import type { ConfigValue } from './config-value';
import { parseLayer } from './layers/parse-layer';
import { buildNodes } from './nodes/build-nodes';
import { valueOf } from './nodes/config-node';
import { plainValue } from './plain-value';
import { yamlText } from './yaml-text';

const string = (value: string): ConfigValue => ({ kind: 'string', value });
const map = (entries: Record<string, ConfigValue>): ConfigValue => ({
  kind: 'map',
  entries: Object.entries(entries).map(([key, value]) => [{ kind: 'string', value: key }, value]),
});

const config = map({
  steps: { kind: 'int', value: 120n },
  whole: { kind: 'float', value: 1 },
  small: { kind: 'float', value: 1e-8 },
  none: { kind: 'null' },
  list: { kind: 'list', items: [string('a: b'), { kind: 'bool', value: true }, map({})] },
  key: { kind: 'secret', name: 'API_KEY' },
  kept: string('${oc.env:HOME,none}'),
});

test('a config is written with its order and its kinds of numbers', () => {
  expect(yamlText(config)).toBe(
    `steps: 120
whole: 1.0
small: 1e-8
none: null
list:
  - "a: b"
  - true
  - {}
key:
  $secret: API_KEY
kept: \${oc.env:HOME,none}
`,
  );
});

test('strings that YAML 1.1 would read as something else are quoted', () => {
  for (const text of ['yes', 'off', '1', '1_000', '0x1F', '12:30', 'null', '~', '1e3', '', ' a', '.5']) {
    const written = yamlText(map({ key: string(text) }));
    expect(parse(written, { version: '1.1' })).toEqual({ key: text });
    expect(parse(written, { version: '1.2' })).toEqual({ key: text });
  }
});

test('the plain view holds what JSON can hold', () => {
  expect(plainValue(config)).toEqual({
    steps: 120,
    whole: 1,
    small: 1e-8,
    none: null,
    list: ['a: b', true, {}],
    key: { $secret: 'API_KEY' },
    kept: '${oc.env:HOME,none}',
  });
  expect(plainValue({ kind: 'int', value: 2n ** 70n })).toBe('1180591620717411303424');
});

function readBack(text: string): ConfigValue | null {
  const parsed = parseLayer(text);
  if (!parsed.ok) throw parsed.failure;
  return parsed.root === null ? null : valueOf(buildNodes(parsed.root, '', newBudget()));
}

test('what is written is read back as the same values, whatever the texts and numbers', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.stringMatching(/^[-+0-9._:eExXob~nNyY]{1,6}$/),
    fc.stringMatching(/^[ \t\n:#?&*!|>'"%@`{}[\],=<\\x-]{1,6}$/),
    fc.constantFrom(
      'yes',
      'Off',
      '<<',
      '=',
      '???',
      '1_000',
      '017',
      '0o17',
      '-.5',
      '.5e1',
      '1e4',
      '12:30:45',
      '---',
      '...',
    ),
  );
  const scalar = fc.oneof(
    text.map(string),
    fc.double({ noNaN: true }).map((value): ConfigValue => ({ kind: 'float', value })),
    fc.bigInt().map((value): ConfigValue => ({ kind: 'int', value })),
    fc.boolean().map((value): ConfigValue => ({ kind: 'bool', value })),
    fc.constant<ConfigValue>({ kind: 'null' }),
  );
  const { value } = fc.letrec<{ value: ConfigValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      scalar,
      fc.array(tie('value'), { maxLength: 3 }).map((items): ConfigValue => ({ kind: 'list', items })),
      fc.dictionary(text, tie('value'), { maxKeys: 3 }).map(map),
    ),
  }));
  fc.assert(
    fc.property(value, (item) => {
      const config = map({ item });
      expect(readBack(yamlText(config))).toEqual(config);
    }),
    { numRuns: 400 },
  );
});
