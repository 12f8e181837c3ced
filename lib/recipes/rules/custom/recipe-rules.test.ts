import { expect, test } from 'vitest';
import { createConfigView } from '@/lib/recipes/config-view';
import { evaluate, type Value } from './expression';
import { parseExpression } from './parse-expression';
import { checkRecipeRules } from './recipe-rules';

const CONFIG = createConfigView({
  data: { batch_size: 64, rollout_repeat_n: 8, data_files: ['a.parquet', 'b.parquet'] },
  rollout_worker: { type: 'simple', temperature: 0.7 },
  weight: null,
});

const read = (path: string): Value => {
  const value = CONFIG.get(path);
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' || typeof value === 'number' ? value : null;
};
const value = (source: string) => evaluate(parseExpression(source), read);

test.each([
  ['data.batch_size * data.rollout_repeat_n == 512', true],
  ['1 + 2 * 3 - 4 / 2 % 3', 5],
  ['-(2 - 5) * 2', 6],
  ['data.batch_size % 10 != 0 and not rollout_worker.temperature > 1', true],
  ['rollout_worker.type in ["simple", "agent"]', true],
  ["rollout_worker.type == 'nexau' or exists(data.data_files)", true],
  ['length(data.data_files)', 2],
  ['exists(weight) or exists(nowhere.at.all)', false],
  ['data.data_files[1] == "b.parquet"', true],
  ['floor(7 / 2) + ceil(7 / 2) + abs(-1)', 8],
  ['1e-3 < 0.002', true],
])('%s', (source, expected) => {
  expect(value(source)).toEqual(expected);
});

test.each([
  '',
  'a +',
  '(a',
  'a b',
  'a = 1',
  'process.exit(1)',
  'constructor("x")',
  'a constructor b',
  'a toString b',
  '[1, 2',
  '"open',
  '`x`',
])('refuses %s', (source) => {
  expect(() => parseExpression(source)).toThrow();
});

test('reads nothing but the configuration', () => {
  expect(value('data.constructor')).toBeNull();
  expect(value('__proto__.toString')).toBeNull();
  expect(value('data.data_files.length')).toBeNull();
});

const rulesOf = (text: string) => checkRecipeRules({ entry: 'a/x.yaml', files: { 'a/checks.yaml': text } });
const ask = (text: string) =>
  rulesOf(text).map((rule) =>
    rule.check({ config: CONFIG, backend: 'embedded', actor: null, variant: 'x.yaml' }),
  );

test('a recipe brings its own checks along', () => {
  const text = `
checks:
  - id: even-groups
    when: rollout_worker.type == "simple"
    assert: data.batch_size % data.rollout_repeat_n == 1
    message: "{data.batch_size} is odd for {data.rollout_repeat_n}"
    severity: warning
  - id: only-nexau
    when: rollout_worker.type == "nexau"
    assert: false
    message: never asked
  - id: fine
    assert: data.batch_size >= 64
    message: too small
`;
  expect(ask(text)).toEqual([{ path: 'data.batch_size', message: '64 is odd for 8' }, null, 'checks.yaml']);
  expect(rulesOf(text)[0]).toMatchObject({ id: 'recipe:even-groups', severity: 'warning' });
});

const BOMB = Array.from(
  { length: 30 },
  (_, level) => `a${level}: &a${level} [${level === 0 ? 'x' : `*a${level - 1}, *a${level - 1}`}]`,
).join('\n');

// what is wrong, and the text in checks.yaml that is pointed at
test.each([
  ['checks: 3', 'a map with one key, checks, that holds a list', '3'],
  ['rules: []', 'a map with one key, checks', ''],
  ['- id: a', 'a map with one key, checks', ''],
  ['checks: [', 'checks.yaml', null],
  [BOMB, 'grows beyond all bounds', ''],
  ['checks:\n  - id: a\n    message: m\n', 'check 1: assert', null],
  ['checks:\n  - {id: a b, assert: x, message: m}\n', 'check 1: id: letters, digits', 'a b'],
  ['checks:\n  - {id: a, assert: 1 < 2, message: m, severity: fatal}\n', 'check 1: severity', 'fatal'],
  ['checks:\n  - {id: a, assert: 1 < 2, message: m, sevrity: info}\n', 'sevrity', null],
  ['checks:\n  - &c {id: a, assert: 1 < 2, message: m}\n  - *c\n', 'there is another check a', 'a'],
  ['checks:\n  - {id: a, assert: "1 +", message: m}\n', 'a: assert: unexpected "the end" in `1 +`', '"1 +"'],
  [
    'checks:\n  - {id: a, assert: max(1), message: m}\n',
    'there is no function max; there are exists',
    'max(1)',
  ],
  ['checks:\n  - {id: a, assert: 1 < 2, when: "(", message: m}\n', 'a: when: ', '"("'],
  [
    'checks:\n  - {id: a, assert: rollout_worker.type < 3, message: m}\n',
    '"simple" is not a number',
    'rollout_worker.type < 3',
  ],
  [
    'checks:\n  - {id: a, assert: 3 in data.batch_size, message: m}\n',
    '`in` needs a list',
    '3 in data.batch_size',
  ],
  [
    'checks:\n  - {id: a, assert: length(data.batch_size) > 1, message: m}\n',
    'length of no list or text',
    'length(data.batch_size) > 1',
  ],
  [
    'checks:\n  - {id: a, assert: data.batch_size / 0 > 1, message: m}\n',
    'division by zero',
    'data.batch_size / 0 > 1',
  ],
  [
    'checks:\n  - {id: a, assert: data.batchsize > 1, message: m}\n',
    'data.batchsize, which is no key of a recipe: did you mean data.batch_size?',
    'data.batchsize > 1',
  ],
] as const)('a file that cannot be used says so, and where: %s', (text, message, shows) => {
  const found = ask(text).find((outcome) => typeof outcome === 'object');
  if (found === null || found === undefined || typeof found === 'string' || !('message' in found)) {
    expect.unreachable(`${text} must be a finding`);
  }
  expect(found.message).toContain(message);
  expect(found.message).toContain('checks.yaml');
  expect(found.range?.file).toBe('a/checks.yaml');
  if (shows !== null) expect(text.slice(found.range?.start, found.range?.end)).toBe(shows);
});

test('one that cannot be used does not silence the others', () => {
  const broken = '  - {id: a, assert: (, message: m}\n';
  const other = '  - {id: b, assert: data.batch_size < 2, message: large}\n';
  const said = JSON.stringify(ask(`checks:\n${broken}${other}`));
  expect(said).toContain('a: assert: ');
  expect(said).toContain('large');
});

test('a check of a key that nothing sets, but that recipes know, is asked', () => {
  const text = 'checks:\n  - {id: a, assert: exists(trainer.save_freq), message: save}\n';
  expect(ask(text)).toMatchObject([{ path: 'trainer.save_freq', message: 'save' }]);
});
