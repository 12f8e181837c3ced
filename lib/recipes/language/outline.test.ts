import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { parseDocument } from 'yaml';
import { readCases } from '@/lib/recipes/conformance/golden-case';
import { parseByBlocks } from '@/lib/recipes/layers/parse-blocks';
import { parseLayer } from '@/lib/recipes/layers/parse-layer';
import { type Outline, outlineOf, wholeOutline } from './outline';

// every layer of the golden cases is read twice; a busy machine may take its time
vi.setConfig({ testTimeout: 60_000 });

const FOLDER = 'lib/recipes/fixtures/conformance';
const TEXTS: readonly string[] = readdirSync(FOLDER)
  .flatMap((name) => readCases(readFileSync(join(FOLDER, name), 'utf8')))
  .flatMap(({ files }) => Object.values(files));

test('an outline by blocks is the outline of the whole text', () => {
  const byBlocks = TEXTS.filter((text) => parseByBlocks(text) !== null);
  expect(byBlocks.length).toBeGreaterThan(100);
  for (const text of byBlocks) expect(outlineOf(text), text).toEqual(wholeOutline(text));
});

/** `yaml` stops at what stands in the first column within brackets, which PyYAML takes and so do we: by blocks we see what follows. */
function isReadByUsAlone(text: string): boolean {
  return parseLayer(text).ok && parseDocument(text).errors.length > 0;
}

test('what follows brackets with something in the first column is seen', () => {
  const text = 'm: {x: 1, y: {z: 2, w: \n[1, 2]}}\nl: [1]\n';
  const names = (outline: Outline) => outline.map(({ path }) => path.join('.'));
  expect(names(outlineOf(text))).toContain('l');
  expect(names(wholeOutline(text))).not.toContain('l');
});

test('and stays so while somebody types', () => {
  const edit = fc.record({
    at: fc.nat(),
    text: fc.constantFrom('x', ' ', ':', '\n', '#', '"', '{', '- ', 'a: 1\n'),
  });
  fc.assert(
    fc.property(fc.constantFrom(...TEXTS), fc.array(edit, { maxLength: 6 }), (start, edits) => {
      let text = start;
      for (const { at, text: typed } of edits) {
        const place = at % (text.length + 1);
        text = text.slice(0, place) + typed + text.slice(place);
        if (!isReadByUsAlone(text)) expect(outlineOf(text)).toEqual(wholeOutline(text));
      }
    }),
    { numRuns: 400 },
  );
});
