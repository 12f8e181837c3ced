import { Failure } from '@/lib/recipes/failure';
import { keyIdentity } from '@/lib/recipes/config-value';
import { constructLayer } from './construct-layer';
import type { LayerEntry, LayerMap, LayerNode } from './layer-node';
import { parseBlock } from './parse-yaml';

/** A top-level key with all that stands below it, parsed as if it were a layer by itself. */
type Block = {
  readonly map: LayerMap;
  /** Its entries as they were last asked for: most blocks stay where they are. */
  moved: { readonly by: number; readonly entries: readonly LayerEntry[] };
};

/** Blocks that may be remembered; when there are more, those not asked for since are forgotten. */
const KEPT = 10_000;
let recent = new Map<string, Block | null>();
let older = new Map<string, Block | null>();

const KEY_START = /[A-Za-z0-9_]/;
const SEVERAL_DOCUMENTS = /^(?:---|\.\.\.|%)/m;

/**
 * The same as parsing the whole text, for texts whose top-level keys do not depend on each other: only the blocks
 * that have changed are parsed. Null where the text has to be read as a whole, also because something is wrong in it.
 */
export function parseByBlocks(text: string): LayerMap | null {
  const starts = blockStarts(text);
  if (starts.length < 2 || SEVERAL_DOCUMENTS.test(text)) return null;
  const entries: LayerEntry[] = [];
  let first: LayerMap | null = null;
  let end = 0;
  for (const [index, start] of starts.entries()) {
    const block = blockOf(text.slice(start, starts[index + 1]));
    if (block === null) return null;
    first ??= block.map;
    end = block.map.end + start;
    for (const entry of entriesAt(block, start)) entries.push(entry);
  }
  if (first === null || hasDuplicates(entries)) return null;
  const root: LayerMap = { kind: 'map', entries, start: first.start, end };
  made.add(root);
  return root;
}

const made = new WeakSet<LayerNode>();

/** A part of a layer that means the same by itself. */
export type TextBlock = { readonly text: string; readonly start: number };

/** The parts of a text, each beginning with a top-level key, in order; null for a text that was read as a whole. */
export function blocksOf(text: string, root: LayerNode | null): readonly TextBlock[] | null {
  if (root === null || !made.has(root)) return null;
  const starts = blockStarts(text);
  return starts.map((start, index) => ({ text: text.slice(start, starts[index + 1]), start }));
}

/** Offsets of the lines that begin with a key; what stands above the first one belongs to it. */
function blockStarts(text: string): readonly number[] {
  const starts: number[] = [];
  for (let at = 0; at < text.length;) {
    if (KEY_START.test(text.charAt(at))) starts.push(starts.length === 0 ? 0 : at);
    const lineBreak = text.indexOf('\n', at);
    at = lineBreak === -1 ? text.length : lineBreak + 1;
  }
  return starts;
}

function blockOf(text: string): Block | null {
  let block = recent.get(text);
  if (block !== undefined) return block;
  block = older.get(text);
  if (block === undefined) block = readBlock(text);
  if (recent.size >= KEPT) {
    older = recent;
    recent = new Map();
  }
  recent.set(text, block);
  return block;
}

/**
 * Null for what cannot stand alone: broken text, a text that goes on in the next block (an open quote or bracket),
 * anchors, aliases and merge keys, and anything but keys at the left margin.
 */
function readBlock(text: string): Block | null {
  try {
    const { root, standsAlone } = parseBlock(text);
    if (!standsAlone || root?.kind !== 'mapping' || root.pairs[0]?.[0].start !== root.start) return null;
    const map = constructLayer(root);
    return map.kind === 'map' ? { map, moved: { by: 0, entries: map.entries } } : null;
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

function hasDuplicates(entries: readonly LayerEntry[]): boolean {
  return new Set(entries.map(({ key }) => keyIdentity(key))).size < entries.length;
}

function entriesAt(block: Block, by: number): readonly LayerEntry[] {
  if (block.moved.by !== by)
    block.moved = { by, entries: block.map.entries.map((entry) => moveEntry(entry, by)) };
  return block.moved.entries;
}

function moveEntry({ key, keyStart, keyEnd, value }: LayerEntry, by: number): LayerEntry {
  return { key, keyStart: keyStart + by, keyEnd: keyEnd + by, value: moveNode(value, by) };
}

function moveNode(node: LayerNode, by: number): LayerNode {
  const start = node.start + by;
  const end = node.end + by;
  switch (node.kind) {
    case 'scalar':
      return { kind: 'scalar', value: node.value, start, end };
    case 'list':
      return { kind: 'list', items: node.items.map((item) => moveNode(item, by)), start, end };
    case 'map':
      return { kind: 'map', entries: node.entries.map((entry) => moveEntry(entry, by)), start, end };
    case 'unsupported':
      return { kind: 'unsupported', name: node.name, start, end };
  }
}
