import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode, encode, END_TOKEN, tokenText, VOCABULARY_SIZE } from './byte-vocabulary';

test('every text comes back from its tokens, and every token is in the vocabulary', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const tokens = encode(text, { appendEnd: true });
      expect(decode(tokens)).toBe(text);
      expect(tokens.at(-1)).toBe(END_TOKEN);
      expect(Math.max(...tokens)).toBeLessThan(VOCABULARY_SIZE);
    }),
  );
});

test('a prompt and its completion may be encoded apart or together', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (prompt, completion) => {
      const apart = [...encode(prompt, { appendEnd: false }), ...encode(completion, { appendEnd: false })];
      expect(encode(prompt + completion, { appendEnd: false })).toEqual(apart);
    }),
  );
});

test('each token has a text of its own', () => {
  const texts = Array.from({ length: VOCABULARY_SIZE }, (_, token) => tokenText(token));
  expect(new Set(texts).size).toBe(VOCABULARY_SIZE);
  expect(tokenText(65)).toBe('A');
  expect(tokenText(END_TOKEN)).toBe('<end>');
});
