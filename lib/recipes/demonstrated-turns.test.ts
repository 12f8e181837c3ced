import { expect, test } from 'vitest';
import { demonstratedTurns } from './demonstrated-turns';

test.each([
  [
    ['a', 'b'],
    ['a', 'b'],
  ],
  ['["[calc(e=\\"1+2\\")]", "3"]', ['[calc(e="1+2")]', '3']],
  ['[calc(e="1+2")]', ['[calc(e="1+2")]']],
  ['42', ['42']],
  ['[1, 2]', ['[1, 2]']],
  [7, ['7']],
])('%j is %j', (value, turns) => {
  expect(demonstratedTurns(value)).toEqual(turns);
});
