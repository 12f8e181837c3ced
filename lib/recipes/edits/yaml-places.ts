import {
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { remember } from '../remember';
import type { EditPath } from './edit-path';

// Where things stand in a layer's text, also in one that is being typed and does not parse. The `yaml` package gives
// syntax and positions; what a value means is never asked of it.

export type Entry = Pair<Node, Node | null>;
export type LayerMap = YAMLMap<Node, Node | null>;
export type LayerList = YAMLSeq<Node>;

export function isLayerMap(node: Node | null): node is LayerMap {
  return isMap(node);
}

export function isLayerList(node: Node | null): node is LayerList {
  return isSeq(node);
}

/** The tree of a text; null when there is nothing but comments in it. Remembered by content: not to be changed. */
export function parsePlaces(text: string): Node | null {
  return treeOf(text).root;
}

const treeOf = remember(64, (text) => ({ root: parse(text) }));

function parse(text: string): Node | null {
  const { contents } = parseDocument<Node, false>(text, {
    version: '1.1',
    uniqueKeys: false,
    strict: false,
    logLevel: 'silent',
    keepSourceTokens: true,
  });
  return isEmptyNode(contents) ? null : contents;
}

/** What stands after `key:` when nothing does. */
export function isEmptyNode(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.source === '' && node.range?.[0] === node.range?.[1]);
}

/** The last one counts when a key stands there twice, as in Python. */
export function entryOf(map: LayerMap, key: string): Entry | undefined {
  return map.items.findLast((item) => isScalar(item.key) && item.key.source === key);
}

/** `undefined` = there is no such entry; null = there is one without a value. */
export function childOf(node: Node | null, name: string | number): Node | null | undefined {
  if (isLayerMap(node)) return entryOf(node, String(name))?.value;
  if (isLayerList(node) && typeof name === 'number') return node.items[name];
  return undefined;
}

export function nodeAt(root: Node | null, path: EditPath): Node | null {
  return path.reduce<Node | null>((node, name) => childOf(node, name) ?? null, root);
}

export function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

/** End of the last character that belongs to a value: no comment, no line break after it. */
export function contentEnd(text: string, node: Node): number {
  if (isLayerMap(node) && node.flow !== true) return entryEnd(text, node.items.at(-1));
  const last = isLayerList(node) && node.flow !== true ? node.items.at(-1) : undefined;
  if (last !== undefined) return contentEnd(text, last);
  const end = node.range?.[1] ?? 0;
  return text.slice(0, end).trimEnd().length;
}

export function entryEnd(text: string, entry: Entry | undefined): number {
  if (entry === undefined) return 0;
  return entry.value === null || isEmptyNode(entry.value)
    ? afterColon(text, entry)
    : contentEnd(text, entry.value);
}

/** Behind the colon of `key:`. */
export function afterColon(text: string, { key }: Entry): number {
  return text.indexOf(':', key.range?.[1] ?? 0) + 1;
}

export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** The line break that ends the line of `offset`, or the end of the text. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end;
}

export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}
