import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRunQuery } from './run-query';

test('words, fields, numbers, metrics, keys and states', () => {
  const query = parseRunQuery(
    'adder 10:30 tag:a,b status!=failed seed>=3 rollout/reward_mean>0.8 trainer.lr=1e-4 model:"two words" is:archived',
  );
  expect(query).toEqual({
    words: ['adder', '10:30'],
    conditions: [
      { kind: 'field', field: 'tag', isNot: false, values: ['a', 'b'] },
      { kind: 'field', field: 'status', isNot: true, values: ['failed'] },
      { kind: 'number', field: 'seed', op: '>=', value: 3 },
      { kind: 'metric', key: 'rollout/reward_mean', op: '>', value: 0.8 },
      { kind: 'config', path: 'trainer.lr', op: '=', value: '1e-4' },
      { kind: 'field', field: 'model', isNot: false, values: ['two words'] },
      { kind: 'state', state: 'archived' },
    ],
    problems: [],
  });
});

test.each([
  ['status:running,gone', 'status:gone is none of'],
  ['seed>many', 'seed is compared with a number, not "many"'],
  ['is:nice', 'is:nice is none of is:pinned'],
  ['tag:', 'tag: needs a value'],
  ['data.seed=', 'data.seed= needs a value'],
  ['name>3', 'name takes ":" and "!="'],
])('%s is explained, and the rest counts', (text, problem) => {
  const query = parseRunQuery(`rest ${text}`);
  expect(query).toMatchObject({ words: ['rest'], conditions: [] });
  expect(query.problems[0]).toContain(problem);
});

test('whatever is typed is a query', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const { words, conditions, problems } = parseRunQuery(text);
      expect(words.every((word) => word !== '')).toBe(true);
      expect(conditions.length + problems.length).toBeLessThanOrEqual(text.length);
    }),
  );
});
