import { expect, test } from 'vitest';
import { diffConfigs } from './config-diff';

test('shows keys that differ or are missing, and counts the equal ones', () => {
  const a = { trainer: { lr: 1e-4, steps: 100, kind: 'grpo' }, data: { files: ['x'] } };
  const b = { trainer: { lr: 0.0001, steps: 200, kind: 'grpo', clip: 0.2 }, data: { files: ['x', 'y'] } };
  const { differences, equal } = diffConfigs([a, b]);
  expect(equal).toBe(3);
  expect(new Map(differences.map(({ path, values }) => [path, values]))).toEqual(
    new Map([
      ['trainer.steps', ['100', '200']],
      ['data.files[1]', [null, '"y"']],
      ['trainer.clip', [null, '0.2']],
    ]),
  );
});

test('a type is a difference, null is a value, a secret shows its name only', () => {
  const { differences } = diffConfigs([
    { a: 1, b: null, c: { $secret: 'TINKER_API_KEY' } },
    { a: '1', b: 0, c: 'x' },
  ]);
  expect(differences).toEqual([
    { path: 'a', values: ['1', '"1"'] },
    { path: 'b', values: ['null', '0'] },
    { path: 'c', values: ['secret TINKER_API_KEY', '"x"'] },
  ]);
});

test('one config differs from nothing', () => {
  expect(diffConfigs([{ a: 1, b: {} }])).toEqual({ differences: [], equal: 2 });
});
