import { expect, test } from 'vitest';
import { NumberList, TextList } from './long-lists';

test('a list of one kind passes as it is, any other value is refused', () => {
  const tokens = [1, -2.5];
  expect(NumberList.parse(tokens)).toBe(tokens);
  expect(TextList.parse(['a', ''])).toEqual(['a', '']);
  expect(NumberList.safeParse([1, '2']).error?.issues[0]?.message).toBe('expected a list of numbers');
  expect(TextList.safeParse([null]).success).toBe(false);
  expect(NumberList.safeParse({ length: 0 }).success).toBe(false);
});
