import { expect, test } from 'vitest';
import { formatAge, formatBytes, formatDuration } from './format-time';

test.each([
  [0, '0 s'],
  [0.43, '0.4 s'],
  [8, '8 s'],
  [42.4, '42 s'],
  [200, '3 min 20 s'],
  [1900, '32 min'],
  [7500, '2 h 5 min'],
  [400_000, '5 days'],
  [NaN, '—'],
])('%s seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test('an age under two seconds does not count', () => {
  expect([formatAge(0.4), formatAge(4)]).toEqual(['just now', '4 s ago']);
});

test('bytes are printed in the unit that people use', () => {
  expect([0, 999, 1000, 1_843_200, 25_000_000_000].map(formatBytes)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '1.8 MB',
    '25 GB',
  ]);
});
