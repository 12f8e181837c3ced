import { expect, test } from 'vitest';
import { cellText } from './cell-text';

test.each([
  [null, '—'],
  [0.5, '0.500'],
  ['grpo', 'grpo'],
  ['"grpo"', 'grpo'],
  [String.raw`"a\\b \"c\"\n"`, 'a\\b "c"\n'],
  ['[1,2]', '[1,2]'],
  ['"cut off', '"cut off'],
])('%j is shown as %j', (cell, text) => {
  expect(cellText(cell)).toBe(text);
});
