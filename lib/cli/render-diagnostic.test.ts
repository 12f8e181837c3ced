import { expect, test } from 'vitest';
import type { Diagnostic } from '@/lib/recipes/diagnostic';
import { renderDiagnostic } from './render-diagnostic';

const problem: Diagnostic = {
  code: 'x',
  severity: 'error',
  message: 'must be a whole number',
  path: 'trainer.steps',
  range: { file: 'a/b.yaml', start: 18, end: 21 },
};

test('a problem is shown with file, line, column, its line and carets under its place', () => {
  const text = 'trainer:\n  steps: ten\n';
  expect(renderDiagnostic(problem, { 'a/b.yaml': text })).toBe(
    [
      'a/b.yaml:2:10: error: must be a whole number (trainer.steps)',
      '     2 |   steps: ten',
      '       |          ^^^',
    ].join('\n'),
  );
});

test('carets stop at the end of the line and survive tabs, carriage returns and an end past the text', () => {
  const range = { file: 'f', start: 4, end: 99 };
  const shown = renderDiagnostic({ ...problem, path: null, range }, { f: 'k:\t"x\r\nnext\r\n' });
  expect(shown.split('\n')).toEqual([
    'f:1:5: error: must be a whole number',
    '     1 | k:\t"x',
    '       |   \t ^^',
  ]);
});

test('a problem without a place is one line', () => {
  expect(renderDiagnostic({ ...problem, range: null }, {})).toBe(
    'error: must be a whole number (trainer.steps)',
  );
});

test('files are named as the reader knows them', () => {
  expect(renderDiagnostic(problem, { 'a/b.yaml': '' }, (file) => `/r/${file}`)).toMatch(
    /^\/r\/a\/b\.yaml:1:1: /,
  );
});
