import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { readCases } from '@/lib/recipes/conformance/golden-case';
import { parseByBlocks } from '@/lib/recipes/layers/parse-blocks';
import { outlineOf, wholeOutline } from './outline';

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
        expect(outlineOf(text)).toEqual(wholeOutline(text));
      }
    }),
    { numRuns: 400 },
  );
});
