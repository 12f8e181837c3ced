import type { TextEdit } from '@/lib/recipes/diagnostic';
import { blockOfKey } from '@/lib/recipes/layers/parse-blocks';
import { parseLayer } from '@/lib/recipes/layers/parse-layer';
import type { LayerText } from './edit-layer';
import { type EditPath, nodeAt, parsePlaces } from './yaml-places';

// Checks offer their fixes anew at every keystroke, and `yaml` takes long for a large text. Where a layer can be read
// block by block, an edit below one of its top-level keys is the same when only that block is read.

/** Makes an edit in the block of the path's top-level key. */
export function editInBlock(
  layer: LayerText,
  path: EditPath,
  edit: (part: LayerText) => readonly TextEdit[],
): readonly TextEdit[] {
  const { text, start } = blockAround(layer, path);
  const edits = edit({ file: layer.file, text });
  if (start === 0) return edits;
  return edits.map((change) => ({ ...change, start: change.start + start, end: change.end + start }));
}

/** Whether a value stands at a path. */
export function standsIn(layer: LayerText, path: EditPath): boolean {
  return nodeAt(parsePlaces(blockAround(layer, path).text), path) !== null;
}

/** The whole layer where it has to be read as a whole, and for the top-level keys themselves. */
function blockAround({ text }: LayerText, path: EditPath): { readonly text: string; readonly start: number } {
  const [name] = path;
  const parsed = parseLayer(text);
  if (typeof name !== 'string' || path.length === 1 || !parsed.ok) return { text, start: 0 };
  return blockOfKey(text, parsed.root, name) ?? { text, start: 0 };
}
