import { expect, test } from 'vitest';
import { formatNumber, formatSigned, formatTick, formatValue } from './format-value';

test.each([
  [null, '—'],
  [undefined, '—'],
  [0, '0'],
  [0.934, '0.934'],
  [1, '1.00'],
  [41.26, '41.3'],
  [413.4, '413'],
  [3618.4, '3,618'],
  [0.000_012_3, '1.2e-5'],
  [-0.25, '−0.250'],
  [NaN, 'NaN'],
  [Infinity, '∞'],
  [-Infinity, '−∞'],
])('prints %s as %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test('a value carries its unit, an absent one and one that is no number do not', () => {
  expect(formatValue(3618, 'tokens_per_second')).toBe('3,618 tok/s');
  expect(formatValue(null, 'seconds')).toBe('—');
  expect(formatValue(NaN, 'seconds')).toBe('NaN');
});

test('a positive difference has its sign', () => {
  expect([formatSigned(0.21), formatSigned(-0.21), formatSigned(0), formatSigned(null)]).toEqual([
    '+0.210',
    '−0.210',
    '0',
    '—',
  ]);
});

test('neighbouring ticks print differently', () => {
  expect([0.1, 0.15, 0.2].map((tick) => formatTick(tick, 0.05))).toEqual(['0.10', '0.15', '0.20']);
  expect([0, 1e-4, 2e-4].map((tick) => formatTick(tick, 1e-4))).toEqual(['0', '1e-4', '2e-4']);
  expect([1000, 1500].map((tick) => formatTick(tick, 500))).toEqual(['1,000', '1,500']);
});
