import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { newBudget } from '@/lib/recipes/budget';
import type { TextEdit } from '@/lib/recipes/diagnostic';
import { parseLayer } from '@/lib/recipes/layers/parse-layer';
import { buildNodes } from '@/lib/recipes/nodes/build-nodes';
import { valueOf } from '@/lib/recipes/nodes/config-node';
import { plainValue } from '@/lib/recipes/plain-value';
import { applyEdits } from './apply-edits';
import { type LayerText, removeKey, renameKey, setValue } from './edit-layer';
import type { EditPath } from './edit-path';

// every entry of every shipped layer is edited; a busy machine may take its time
vi.setConfig({ testTimeout: 60_000 });

const LAYERS: readonly string[] = readdirSync('recipes', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => readFileSync(path.join('recipes', file), 'utf8'));

const AWKWARD = `# head
a:   1   # one

b: # why b
  # about c
  c: "x: y"   # c's
  d: [1, 2, {e: 3}]   # d's
  f: {g: 1, h: 'two'}
  i: |
    text # no comment
    more
  j:
  k: ~ # nothing
list:
  - first   # 1st
  - l: 1
    m: 2
  # between
  - - deep
'quoted key': 5
last: 7`;

function read(text: string): unknown {
  const parsed = parseLayer(text);
  if (!parsed.ok) throw parsed.failure;
  return parsed.root === null ? null : plainValue(valueOf(buildNodes(parsed.root, '', newBudget())));
}

const layer = (text: string): LayerText => ({ file: 'a.yaml', text });
const done = (text: string, edits: readonly TextEdit[]): string => applyEdits(text, edits);

function pathsIn(value: unknown, at: EditPath = []): readonly EditPath[] {
  const children: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((item, index) => [index, item] as const)
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
      : [];
  return children.flatMap(([name, child]) => [[...at, name], ...pathsIn(child, [...at, name])]);
}

/** The value with the one at a path exchanged (`undefined` takes it out). */
function changed(value: unknown, [name, ...rest]: EditPath, to: unknown): unknown {
  if (name === undefined) return to;
  if (Array.isArray(value)) {
    const index = Number(name);
    const item = changed(value[index], rest, to);
    return item === undefined && rest.length === 0 ? value.toSpliced(index, 1) : value.with(index, item);
  }
  const map = new Map(Object.entries(value ?? {}));
  const item = changed(map.get(String(name)), rest, to);
  if (item === undefined && rest.length === 0) map.delete(String(name));
  else map.set(String(name), item);
  return Object.fromEntries(map);
}

/** Comments outside of any text that could hold a `#` itself. */
const comments = (text: string): readonly string[] => text.match(/(?<=^|\s)# ?[a-z].*$/gm) ?? [];

const startOfEdit = (edits: readonly TextEdit[]): number => Math.min(...edits.map(({ start }) => start));
const endOfEdit = (edits: readonly TextEdit[]): number => Math.max(...edits.map(({ end }) => end));

const anyPlace = fc
  .constantFrom(AWKWARD, ...LAYERS)
  .chain((text) => fc.record({ text: fc.constant(text), path: fc.constantFrom(...pathsIn(read(text))) }));

describe('setting a value', () => {
  test('changes that value and no other, and keeps every comment outside of it', () => {
    const sources: readonly (readonly [string, unknown])[] = [
      ['42', 42],
      ["'new text'", 'new text'],
      ['[1, b]', [1, 'b']],
      ['x: 1\ny:\n  z: 2', { x: 1, y: { z: 2 } }],
      ['- 1\n- a: 2', [1, { a: 2 }]],
    ];
    fc.assert(
      fc.property(anyPlace, fc.constantFrom(...sources), ({ text, path: at }, [source, value]) => {
        const edits = setValue(layer(text), at, source);
        fc.pre(edits.length > 0);
        const after = done(text, edits);
        expect(read(after)).toEqual(changed(read(text), at, value));
        const kept = comments(
          done(text, [{ file: 'a.yaml', start: startOfEdit(edits), end: endOfEdit(edits), text: '' }]),
        );
        expect(kept.filter((comment) => !after.includes(comment))).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  test('is refused only where text cannot be put', () => {
    const refused = pathsIn(read(AWKWARD)).filter((at) => setValue(layer(AWKWARD), at, '1').length === 0);
    expect(refused).toEqual([]);
  });

  test.each([
    ['', ['a', 'b'], '1', 'a:\n  b: 1\n'],
    ['# only a comment', ['a'], '1', '# only a comment\na: 1\n'],
    ['a: null # later\n', ['a', 'b'], '1', 'a:\n  b: 1 # later\n'],
    ['a:\n', ['a', 'b', 'c'], '1', 'a:\n  b:\n    c: 1\n'],
    [
      'a:\n  b: 1 # one\n\n# about d\nd: 2\n',
      ['a', 'c'],
      '3',
      'a:\n  b: 1 # one\n  c: 3\n\n# about d\nd: 2\n',
    ],
    ['a: {b: 1}\n', ['a', 'c', 'd'], '2', 'a: {b: 1, c: {d: 2}}\n'],
    ['a: {}\n', ['a', 'b'], '2', 'a: {b: 2}\n'],
    ['a: 1 # one\n', ['a'], '2', 'a: 2 # one\n'],
    ['a: # why\n  b: 1\nc: 2\n', ['a'], '5', 'a: 5 # why\nc: 2\n'],
    ['a: 1\n', ['yes'], '2', 'a: 1\n"yes": 2\n'],
    ['- x\n- y\n', [1], 'z', '- x\n- z\n'],
  ] as const)('%j at %j', (...row) => {
    const [text, at, source, after] = row;
    expect(done(text, setValue(layer(text), at, source))).toBe(after);
  });

  test.each([
    ['a value in the way', 'a: text\n', ['a', 'b']],
    ['an anchor that others may use', 'a: &x 1\nb: *x\n', ['a']],
    ['an index past the end', 'a: [1]\n', ['a', 3]],
  ] as const)('is refused for %s', (_, text, at) => {
    expect(setValue(layer(text), at, '1')).toEqual([]);
  });
});

describe('taking out', () => {
  test('removes that entry and no other', () => {
    fc.assert(
      fc.property(anyPlace, ({ text, path: at }) => {
        const edits = removeKey(layer(text), at);
        fc.pre(edits.length > 0);
        expect(read(done(text, edits)) ?? {}).toEqual(changed(read(text), at, undefined));
      }),
      { numRuns: 400 },
    );
  });

  test.each([
    ['a: 1 # one\n# about b\nb: 2\n', ['a'], '# about b\nb: 2\n'],
    ['a:\n  b: 1\nc: 2\n', ['a', 'b'], 'a: {}\nc: 2\n'],
    ['a: [1, 2, 3]\n', ['a', 1], 'a: [1, 3]\n'],
    ['a: [1, 2, 3]\n', ['a', 2], 'a: [1, 2]\n'],
    ['- a: 1\n  b: 2\n', [0, 'a'], '- b: 2\n'],
    ['a:\n- x\n- y', ['a', 1], 'a:\n- x'],
  ] as const)('%j at %j', (text, at, after) => {
    expect(done(text, removeKey(layer(text), at))).toBe(after);
  });
});

describe('names', () => {
  test('a key is renamed where it stands', () => {
    expect(done(AWKWARD, renameKey(layer(AWKWARD), ['b', 'f', 'h'], 'on'))).toContain(`{g: 1, "on": 'two'}`);
  });
});
