import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { readCases } from '@/lib/recipes/conformance/golden-case';
import type { LayerNode } from '@/lib/recipes/layers/layer-node';
import { parseByBlocks } from '@/lib/recipes/layers/parse-blocks';
import { parseLayer } from '@/lib/recipes/layers/parse-layer';
import { editInBlock, standsIn } from './edit-block';
import { type LayerText, renameKey, setValue } from './edit-layer';
import { type EditPath, nodeAt, parsePlaces } from './yaml-places';

// a second or two of work; a busy machine may take its time
vi.setConfig({ testTimeout: 120_000 });

const FOLDER = 'lib/recipes/fixtures/conformance';
const TEXTS: readonly string[] = readdirSync(FOLDER)
  .flatMap((name) => readCases(readFileSync(join(FOLDER, name), 'utf8')))
  .flatMap(({ files }) => Object.values(files))
  .filter((text) => parseByBlocks(text) !== null);

function pathsOf(node: LayerNode | null, above: EditPath = []): readonly EditPath[] {
  if (node?.kind === 'list')
    return node.items.flatMap((item, index) => [[...above, index], ...pathsOf(item, [...above, index])]);
  if (node?.kind !== 'map') return [];
  return node.entries.flatMap(({ key, value }) => {
    const path = [...above, key.kind === 'null' ? 'null' : String(key.value)];
    return [path, ...pathsOf(value, path)];
  });
}

test('an edit in a block is the edit in the whole text', () => {
  let made = 0;
  const added = fc.constantFrom<EditPath>([], [], ['new'], ['new', 'deeper']);
  const request = fc.record({
    text: fc.constantFrom(...TEXTS),
    at: fc.nat(500),
    below: added,
    value: fc.constantFrom('1', '"two"', '[3]', 'a: 1\nb: 2'),
  });
  fc.assert(
    fc.property(request, ({ text, at, below, value }) => {
      const parsed = parseLayer(text);
      const paths = parsed.ok ? pathsOf(parsed.root) : [];
      const path = [...(paths[at % Math.max(paths.length, 1)] ?? []), ...below];
      const layer = { file: 'a.yaml', text };
      const edits = [
        (part: LayerText) => setValue(part, path, value),
        (part: LayerText) => renameKey(part, path, 'other'),
      ];
      for (const edit of edits) {
        const whole = edit(layer);
        made += whole.length;
        expect(editInBlock(layer, path, edit)).toEqual(whole);
      }
      expect(standsIn(layer, path)).toBe(nodeAt(parsePlaces(text), path) !== null);
    }),
    { numRuns: 2_000 },
  );
  expect(made).toBeGreaterThan(1_000);
});
