import { expect, test } from 'vitest';
import { sparklinePath } from './sparkline';

const BOX = { width: 10, height: 10 };

test('a gap lifts the pen', () => {
  expect(sparklinePath([0, 1, null, 1, 0], BOX)).toBe('M0.0 10.0L2.5 0.0M7.5 0.0L10.0 10.0');
});

test('a flat line is drawn; one point is no line', () => {
  expect(sparklinePath([3, 3], BOX)).toBe('M0.0 10.0L10.0 10.0');
  expect(sparklinePath([3], BOX)).toBe('');
});
