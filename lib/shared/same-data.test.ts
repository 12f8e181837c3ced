import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSameData } from './same-data';

test('data are the same as a copy of themselves, and as nothing with another text', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
      const [own, other] = [JSON.stringify(left), JSON.stringify(right)];
      expect(isSameData(left, JSON.parse(own))).toBe(true);
      expect(isSameData(left, right)).toBe(own === other);
    }),
  );
});

test.each([
  [
    { a: 1, b: 2 },
    { b: 2, a: 1 },
  ],
  [[], {}],
  [null, {}],
  [{ a: undefined }, {}],
  [{ a: undefined }, { b: undefined }],
  [
    [1, [2]],
    [1, [2, 3]],
  ],
])('%j is not %j', (left, right) => {
  expect(isSameData(left, right)).toBe(false);
  expect(isSameData(right, left)).toBe(false);
});
