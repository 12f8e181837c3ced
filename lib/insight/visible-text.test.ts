import { expect, test } from 'vitest';
import { visibleText, visibleToken } from './visible-text';

test('characters that hide or reorder text are named; letters, lines and tabs stay', () => {
  expect(visibleText('a\u202Eb\u0000\u001b[31m\u200B\n\tü漢🙂')).toBe(
    'a⟨U+202E⟩b⟨U+0000⟩⟨U+001B⟩[31m⟨U+200B⟩\n\tü漢🙂',
  );
});

test('a token of white space shows', () => {
  expect(['', '\n', '\t', ' a'].map(visibleToken)).toEqual(['∅', '↵\n', '→\t', ' a']);
});
