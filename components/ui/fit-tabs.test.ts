import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitTabs } from './fit-tabs';

const WIDTHS = [60, 40, 40, 50];

test('all tabs stand in the row as long as they fit, without room for a menu', () => {
  expect(fitTabs(WIDTHS, { available: 190, menu: 30, chosen: 0 })).toEqual([0, 1, 2, 3]);
});

test('where they do not fit, the first ones stay, and the chosen one with them', () => {
  expect(fitTabs(WIDTHS, { available: 189, menu: 30, chosen: 0 })).toEqual([0, 1, 2]);
  expect(fitTabs(WIDTHS, { available: 189, menu: 30, chosen: 3 })).toEqual([0, 1, 3]);
  expect(fitTabs(WIDTHS, { available: 10, menu: 30, chosen: 2 })).toEqual([2]);
});

test('what is shown never is wider than the row, but for the chosen tab alone', () => {
  const anyRow = fc.record({
    widths: fc.array(fc.integer({ min: 10, max: 90 }), { minLength: 1, maxLength: 10 }),
    available: fc.integer({ min: 0, max: 600 }),
    chosen: fc.nat({ max: 9 }),
  });
  fc.assert(
    fc.property(anyRow, ({ widths, available, chosen }) => {
      const at = chosen % widths.length;
      const shown = fitTabs(widths, { available, menu: 28, chosen: at });
      const menu = shown.length === widths.length ? 0 : 28;
      const used = shown.reduce((total, index) => total + (widths[index] ?? 0), menu);
      expect(shown).toContain(at);
      if (shown.length > 1) expect(used).toBeLessThanOrEqual(available);
    }),
  );
});
