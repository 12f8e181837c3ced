import { expect, test } from 'vitest';
import type { Change } from './diagnostic';
import { applyEdits } from './edits/apply-edits';
import { fixEdits } from './fix-edits';

const variant = 'r/v.yaml';

function after(change: Change, files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const edits = fixEdits({ title: 'Mend it', change }, files);
  return Object.fromEntries(
    Object.entries(files).map(([file, text]) => [
      file,
      applyEdits(
        text,
        edits.filter((edit) => edit.file === file),
      ),
    ]),
  );
}

test('a value is set in the layer that gives it, in the text as it is now', () => {
  const change = { kind: 'set', path: 'a.b[1]', value: '7', file: 'r/base.yaml', variant } as const;
  const base = '# typed above meanwhile\na:\n  b: [1, 2] # two\n';
  expect(after(change, { 'r/base.yaml': base, [variant]: 'c: 1\n' })).toEqual({
    'r/base.yaml': base.replace('2]', '7]'),
    [variant]: 'c: 1\n',
  });
});

test('a value that no layer gives goes into the variant', () => {
  const change = { kind: 'set', path: 'a.b', value: 'x', file: 'r/base.yaml', variant } as const;
  const files = { 'r/base.yaml': 'other: 1\n', [variant]: 'c: 1\n' };
  expect(after(change, files)[variant]).toBe('c: 1\na:\n  b: x\n');
});

test.each<readonly [string, Change]>([
  ['a layer that is gone', { kind: 'rename', file: 'r/gone.yaml', path: 'a', name: 'b' }],
  ['a path through an alias', { kind: 'set', path: 'b.x', value: '2', file: variant, variant }],
  ['what takes more than edits', { kind: 'ask' }],
])('nothing is edited for %s', (_, change) => {
  expect(fixEdits({ title: 'Mend it', change }, { [variant]: 'a: &a {x: 1}\nb: *a\n' })).toEqual([]);
});
