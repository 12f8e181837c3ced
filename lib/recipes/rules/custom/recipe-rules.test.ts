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

test.each(['', 'a +', '(a', 'a b', 'a = 1', 'process.exit(1)', 'constructor("x")', '[1, 2', '"open', '`x`'])(
  'refuses %s',
  (source) => {
    expect(() => parseExpression(source)).toThrow();
  },
);

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

test.each([
  ['checks: 3', 'a list of `checks`'],
  ['checks:\n  - id: a\n    message: m\n', 'assert'],
  ['checks:\n  - {id: a, assert: "1 +", message: m}\n', 'a: unexpected "the end"'],
  ['checks:\n  - {id: a, assert: "rollout_worker.type < 3", message: m}\n', 'is not a number'],
  ['checks: [', 'checks.yaml'],
])('a file that cannot be used says so: %s', (text, message) => {
  expect(JSON.stringify(ask(text)).replaceAll('\\"', '"')).toContain(message);
});
