import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { readCases } from '@/lib/recipes/conformance/golden-case';
import { parseByBlocks } from './parse-blocks';
import { parseLayer, parseWhole } from './parse-layer';

// a second or two of work; a busy machine may take its time
vi.setConfig({ testTimeout: 120_000 });

const FOLDER = 'lib/recipes/fixtures/conformance';
const TEXTS: readonly string[] = readdirSync(FOLDER)
  .flatMap((name) => readCases(readFileSync(join(FOLDER, name), 'utf8')))
  .flatMap(({ files }) => Object.values(files));

const PIECES = [
  ...Array.from('[]{},:?-&*!|>\'"#%~ \t\n\r.=01ab<\u0085\u2028\uFEFF'),
  '\nb: ',
  '\nb:\n  - ',
  '\n- ',
  '\n---\n',
  '\n...\n',
  '\n%YAML 1.1\n',
  '\n<<: {a: 1}\n',
  '\n<<: *a\n',
  ' &a ',
  ' *a',
  '!!str ',
  '|+\n\n',
  '|\n  text\n',
  '>-\n  folded\n\n',
  '? a\n: b\n',
  '"open\n',
  '{a: 1,\n',
  '\uD83D\uDE00',
];
const edit = fc.record({
  at: fc.nat(10_000),
  cut: fc.nat(6),
  piece: fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 3 })),
});
const line = fc.constantFrom(
  'a: 1',
  'b:',
  '  c: [x]',
  '- d',
  'e: |',
  '   f',
  '',
  '# g',
  'h: "',
  '"',
  'i',
  'a: 2',
);

function edited(text: string, { at, cut, piece }: { at: number; cut: number; piece: string }): string {
  const start = at % (text.length + 1);
  return text.slice(0, start) + piece + text.slice(start + cut);
}

/** Block by block, a text is read as the whole is, or not at all. */
function expectSame(text: string): boolean {
  const byBlocks = parseByBlocks(text);
  if (byBlocks !== null) expect({ ok: true, root: byBlocks }).toEqual(parseWhole(text));
  return byBlocks !== null;
}

describe('a layer read block by block is the layer read as a whole', () => {
  test('after any sequence of edits of real layers', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.constantFrom(...TEXTS), fc.array(edit, { maxLength: 4 }), (text, edits) => {
        let now = text;
        taken += expectSame(now) ? 1 : 0;
        for (const one of edits) {
          now = edited(now, one);
          taken += expectSame(now) ? 1 : 0;
        }
      }),
      { numRuns: 1_500 },
    );
    // the property would hold for a parser that always gives up
    expect(taken).toBeGreaterThan(1_000);
  });

  test('for lines in any order, with any line break', () => {
    const lineBreak = fc.constantFrom('\n', '\n', '\r\n', '\r', '\u2028');
    fc.assert(
      fc.property(fc.array(fc.tuple(line, lineBreak), { maxLength: 9 }), (lines) => {
        expectSame(lines.map((parts) => parts.join('')).join(''));
      }),
      { numRuns: 3_000 },
    );
  });

  test.each([
    ['an anchor in one block and its alias in another', 'a: &x 1\nb: *x\n'],
    ['a merge key at the top', 'z: 1\n<<: {a: 1}\nb: 2\n'],
    ['a key that is given twice', 'a: 1\nb: 2\na: 3\n'],
    ['a quote that is closed in the next block', 'a: "x\nb: y"\nc: 1\n'],
    ['brackets that are closed in the next block', 'a: [x,\nb]\nc: 1\n'],
    ['a second document', 'a: 1\n...\nb: 2\n'],
  ])('%s is read as a whole', (_, text) => {
    expect(parseByBlocks(text)).toBeNull();
  });

  test('only the block that was typed into is made anew', () => {
    const before = parseLayer('a:\n  x: 1\nb:\n  y: 2\nc:\n  z: 3\n');
    const after = parseLayer('a:\n  x: 1\nb:\n  y: 5\nc:\n  z: 3\n');
    const entries = [before, after].map((parsed) =>
      parsed.ok && parsed.root?.kind === 'map' ? parsed.root.entries : [],
    );
    expect(entries[0]?.map((entry, index) => entry === entries[1]?.[index])).toEqual([true, false, true]);
  });
});
