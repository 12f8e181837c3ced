import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { type ConfigValue } from './config-value';
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
