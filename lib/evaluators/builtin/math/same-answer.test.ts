import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createSameAnswer } from './same-answer';

const PAIRS = readFileSync(new URL('../fixtures/math-answers.tsv', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('\t'))
  .map(([verdict, given = '', truth = '']) => ({ isSame: verdict === 'y', given, truth }));

const same = createSameAnswer({ simplestForm: true });

test('there are enough pairs of both verdicts to mean something', () => {
  expect(PAIRS.length).toBeGreaterThanOrEqual(150);
  expect(PAIRS.filter(({ isSame }) => !isSame).length).toBeGreaterThan(40);
});

test.each(PAIRS)('$given against $truth: $isSame', ({ isSame, given, truth }) => {
  expect(same(given, truth)).toBe(isSame);
});

test.each(PAIRS.filter(({ isSame, given }) => isSame && given !== ''))(
  'a right answer is itself: $truth',
  ({ truth }) => {
    expect(same(truth, truth)).toBe(true);
  },
);

test('without the simplest form, equal values are enough', () => {
  const lenient = createSameAnswer({ simplestForm: false });
  expect([lenient('\\frac{2}{4}', '\\frac{1}{2}'), lenient('4/2', '2'), lenient('2^{10}', '1024')]).toEqual([
    true,
    true,
    true,
  ]);
  expect(lenient('\\frac{2}{3}', '\\frac{1}{2}')).toBe(false);
});

test.each([
  '\\frac{',
  '}{',
  '\\begin{pmatrix}',
  '(((',
  '\\sqrt[',
  '{{{{',
  '\\',
  '1'.repeat(5000),
  '('.repeat(2000),
  '100000!',
  '(9^9)^{(9^9)}',
])('an answer that is nonsense or huge is wrong, and quickly so: %.20s', (nonsense) => {
  expect(same(nonsense, '5')).toBe(false);
  expect(same('5', nonsense)).toBe(false);
});
