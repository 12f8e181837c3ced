import { expect, test } from 'vitest';
import { makeBuiltin } from './make-builtin';

const score =
  (name: string, args: Record<string, unknown>) =>
  async (finalAnswer: string, data: Record<string, unknown>, isTruncated = false) =>
    (await makeBuiltin(name, args)).evaluate(data, { finalAnswer, isTruncated });

test('exact match strips as Python does, and minds case unless told not to', async () => {
  expect(await score('exact_match', {})(' Yes\n', { answer: 'Yes' })).toEqual({
    reward: 1,
    groundTruth: 'Yes',
    metrics: { exact_match: 1 },
  });
  expect((await score('exact_match', {})('\x1cYes\x85', { answer: 'Yes' })).reward).toBe(1);
  expect((await score('exact_match', {})('\ufeffYes', { answer: 'Yes' })).reward).toBe(0);
  expect((await score('exact_match', {})('yes', { answer: 'Yes' })).reward).toBe(0);
  expect((await score('exact_match', { ignore_case: true })('yes', { answer: 'Yes' })).reward).toBe(1);
  expect((await score('exact_match', {})('42', { answer: 42 })).reward).toBe(1);
  expect((await score('exact_match', {})('Yes', { answer: 'Yes' }, true)).reward).toBe(0);
});

test('the right answer is looked for in one order, or where it is said to be', async () => {
  const data = {
    answer: 'a',
    ground_truth: 'b',
    reward_model: { ground_truth: 'c' },
    'x.y': 'd',
    x: { y: 'e' },
  };
  expect((await score('exact_match', {})('c', data)).reward).toBe(1);
  expect((await score('exact_match', { answer_key: 'answer' })('a', data)).reward).toBe(1);
  expect((await score('exact_match', { answer_key: 'x.y' })('d', data)).reward).toBe(1);
  await expect(score('exact_match', { answer_key: 'z' })('d', data)).rejects.toThrow('no right answer in z');
});

test('fuzzy match has the seed’s threshold and its measure', async () => {
  const data = { answer: 'The quick brown fox' };
  const near = await score('fuzzy_match', {})('the quick brown  fox', data);
  expect(near).toMatchObject({ reward: 1, metrics: { exact_match: 0, similarity: 38 / 39 } });
  expect((await score('fuzzy_match', { threshold: 0.99 })('the quick brown  fox', data)).reward).toBe(0);
  expect((await score('fuzzy_match', { graded: true })('the quick brown  fox', data)).reward).toBe(38 / 39);
});

test('a regular expression takes the answer out, of the right answer too', async () => {
  const args = { pattern: '####\\s*(\\S+)', truth_pattern: '####\\s*(\\S+)', numeric: true };
  const data = { answer: 'so 40 and 2.\n#### 1,042' };
  expect(await score('regex', args)('first #### 7\n#### 1042.0', data)).toMatchObject({
    reward: 1,
    groundTruth: '1,042',
    metrics: { exact_match: 1, extracted: 1 },
  });
  expect((await score('regex', { ...args, which: 'first' })('first #### 7\n#### 1042.0', data)).reward).toBe(
    0,
  );
  expect(await score('regex', args)('I do not know', data)).toMatchObject({
    reward: 0,
    metrics: { extracted: 0 },
  });
  const named = { pattern: '<answer>(?<word>.*?)</answer>', group: 'word', flags: 's' };
  expect((await score('regex', named)('<answer>\nyes</answer>', { answer: 'yes' })).reward).toBe(1);
});

test('JSON is found in an answer and judged by a schema', async () => {
  const schema = {
    type: 'object',
    required: ['city'],
    properties: { city: { type: 'string' } },
    additionalProperties: false,
  };
  const of = (answer: string, args = {}, data = {}) =>
    score('json_schema', { schema, ...args })(answer, data);
  expect(await of('{"city": "Bern"}')).toMatchObject({
    reward: 1,
    metrics: { json_parsed: 1, schema_valid: 1 },
  });
  expect((await of('Here:\n```json\n{"city": "Bern"}\n```\nDone.')).reward).toBe(1);
  expect((await of('It is {"city": "Bern"}.')).reward).toBe(1);
  expect((await of('It is {"city": "Bern"}.', { strict: true })).reward).toBe(0);
  expect(await of('{"city": 3}', { reward_parsed: 0.2 })).toMatchObject({
    reward: 0.2,
    extraInfo: { problems: ['/city must be string'] },
  });
  expect(await of('Bern')).toMatchObject({
    reward: 0,
    metrics: { json_parsed: 0 },
    extraInfo: { problems: ['no JSON'] },
  });
  const own = await score('json_schema', { schema_key: 'schema' })('[1]', {
    schema: '{"type":"array","items":{"type":"integer"}}',
  });
  expect(own.reward).toBe(1);
  await expect(score('json_schema', { schema_key: 'schema' })('[1]', {})).rejects.toThrow(
    'no JSON schema in schema',
  );
});

test.each([
  ['exact_match', { strip: 'yes' }, /builtin:exact_match cannot use its evaluator_args\. strip: /],
  ['fuzzy_match', { treshold: 0.5 }, /Unrecognized key: "treshold"/],
  ['fuzzy_match', { threshold: 2 }, /threshold: /],
  ['regex', {}, /pattern: /],
  ['regex', { pattern: '(' }, /evaluator_args\.pattern\. Invalid regular expression/],
  ['json_schema', {}, /name one of schema and schema_key/],
  ['json_schema', { schema: { type: 'strin' } }, /cannot use the schema/],
  [
    'llm_judge',
    { url: 'http://judge/v1', model: 'm', api_key_variable: 'sk-abc' },
    /a key itself does not belong in a recipe/,
  ],
  [
    'llm_judge',
    { url: 'http://judge/v1', model: 'm', api_key_variable: 'GALLEY_NO_SUCH_KEY' },
    /galley secrets set GALLEY_NO_SUCH_KEY/,
  ],
])('%s with %j is refused', async (name, args, message) => {
  await expect(makeBuiltin(name, args)).rejects.toThrow(message);
});
