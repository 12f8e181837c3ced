import { expect, test } from 'vitest';
import { z } from 'zod';
import { explainIssues } from './explain-issues';

const Request = z.strictObject({
  path: z.string().min(1).max(5),
  limit: z.number().int().positive().max(9),
  kind: z.enum(['a', 'b']),
  id: z.uuid(),
  own: z.string().regex(/^x/, { error: 'begins with x, such as xylophone' }),
});
const sound = {
  path: 'p',
  limit: 1,
  kind: 'a',
  id: '6f2c3f7e-7f0a-4a86-9d5a-2f2b1c7a9e10',
  own: 'x',
};

function explained(change: Readonly<Record<string, unknown>>): string {
  const parsed = Request.safeParse({ ...sound, ...change });
  return parsed.success ? '' : explainIssues(parsed.error);
}

test.each([
  [{ path: undefined }, '"path" is missing; it must be a text.'],
  [{ path: 3 }, '"path" must be a text.'],
  [{ path: '' }, '"path" is too short: at least 1 characters.'],
  [{ path: 'too long' }, '"path" is too long: at most 5 characters.'],
  [{ limit: 'abc' }, '"limit" must be a number.'],
  [{ limit: 1.5 }, '"limit" must be a whole number.'],
  [{ limit: 0 }, '"limit" must be above 0.'],
  [{ limit: 10 }, '"limit" must be at most 9.'],
  [{ kind: 'c' }, '"kind" must be "a" or "b".'],
  [{ id: 'me' }, '"id" is not in the form of uuid.'],
  [{ own: 'y' }, '"own" begins with x, such as xylophone.'],
  [{ more: 1 }, 'The whole has keys that are not known here: more.'],
])('%j', (change, sentence) => {
  expect(explained(change)).toBe(sentence);
});

test('several faults are several sentences', () => {
  expect(explained({ limit: 'abc', kind: 1 })).toBe('"limit" must be a number. "kind" must be "a" or "b".');
});
