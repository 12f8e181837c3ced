import { isScalar, type Node } from 'yaml';
import type { TextEdit } from '@/lib/recipes/diagnostic';
import { keyText } from '@/lib/recipes/yaml-text';
import type { EditPath } from './edit-path';
import {
  afterColon,
  childOf,
  columnOf,
  contentEnd,
  entryEnd,
  entryOf,
  isEmptyNode,
  isLayerList,
  isLayerMap,
  lineEnd,
  type LayerList,
  type LayerMap,
  lineStart,
  nodeAt,
  parsePlaces,
  startOf,
} from './yaml-places';

// Edits of a layer's text that keep the comments, order and quoting of everything else. An empty answer says that
// the edit cannot be made in this text, e.g. because the path leads through an alias or through a plain value.

export type LayerText = { readonly file: string; readonly text: string };

type LayerTree = LayerText & { readonly root: Node };

/** Gives `path` the value that the YAML text `source` stands for; maps that are missing above it are made. */
export function setValue(layer: LayerText, path: EditPath, source: string): readonly TextEdit[] {
  const root = parsePlaces(layer.text);
  if (path.length === 0) return [];
  if (root === null) return canMake(path) ? [appendix(layer, nested(path, source, ''))] : [];
  const tree = { ...layer, root };
  const depth = path.findIndex(
    (name, index) => childOf(nodeAt(root, path.slice(0, index)), name) === undefined,
  );
  if (depth === -1) return replaceValue(tree, path, source);
  const [at, rest] = [path.slice(0, depth), path.slice(depth)];
  const parent = nodeAt(root, at);
  if (!canMake(rest)) return [];
  if (isLayerMap(parent)) return [addEntry(layer, parent, { path: rest, source })];
  return depth > 0 && isNull(parent) ? replaceValue(tree, at, nested(rest, source, '')) : [];
}

/** Takes a key or a list item out, with the comment on its own line. Empty also when it is not there. */
export function removeKey(layer: LayerText, path: EditPath): readonly TextEdit[] {
  const root = parsePlaces(layer.text);
  const name = path.at(-1);
  if (root === null || name === undefined) return [];
  const parent = nodeAt(root, path.slice(0, -1));
  if (!isLayerMap(parent) && !isLayerList(parent)) return [];
  const spans = spansOf(layer.text, parent);
  const index = indexOf(parent, name);
  if (spans[index] === undefined) return [];
  if (spans.length > 1 && parent.flow === true) return cutFlowItem(layer, spans, index);
  if (spans.length > 1 || path.length === 1) return cutBlockItem(layer, spans, index);
  // Without its last key a map would be null, which merges differently.
  return replaceValue({ ...layer, root }, path.slice(0, -1), isLayerMap(parent) ? '{}' : '[]');
}

/** Gives the key at `path` another name. Empty also when it is not there. */
export function renameKey({ file, text }: LayerText, path: EditPath, newName: string): readonly TextEdit[] {
  const name = path.at(-1);
  const parent = nodeAt(parsePlaces(text), path.slice(0, -1));
  const range = isLayerMap(parent) && typeof name === 'string' ? entryOf(parent, name)?.key.range : null;
  return range == null ? [] : [{ file, start: range[0], end: range[1], text: keyText(newName) }];
}

/** Lists do not grow by an index. */
function canMake(path: EditPath): boolean {
  return path.every((name) => typeof name === 'string');
}

function isNull(node: Node | null): boolean {
  if (node === null || isEmptyNode(node)) return true;
  return isScalar(node) && node.type === 'PLAIN' && /^(?:~|null|Null|NULL)$/.test(node.source ?? '');
}

/** Block form: one key a line, then the value, on the last line or below it. */
function nested(path: EditPath, source: string, indent: string): string {
  const lines = path.map((name, depth) => `${indent}${'  '.repeat(depth)}${keyText(String(name))}:`);
  return `${lines.join('\n')}${tail(source, `${indent}${'  '.repeat(path.length)}`)}`;
}

function nestedFlow(path: EditPath, source: string): string {
  const [name = '', ...rest] = path.map(String);
  return `${keyText(name)}: ${rest.length === 0 ? source : `{${nestedFlow(rest, source)}}`}`;
}

/** What follows `key:`. */
function tail(source: string, indent: string): string {
  if (!isBlock(source)) return ` ${source}`;
  return `\n${source
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : `${indent}${line}`))
    .join('\n')}`;
}

/** Whether a source takes lines of its own: several lines, or an entry of a map or a list. */
function isBlock(source: string): boolean {
  if (/^[|>]/.test(source)) return false;
  if (source.trimEnd().includes('\n')) return true;
  const node = parsePlaces(source);
  return (isLayerMap(node) || isLayerList(node)) && node.flow !== true;
}

function appendix({ file, text }: LayerText, lines: string): TextEdit {
  const lead = text === '' || text.endsWith('\n') ? '' : '\n';
  return { file, start: text.length, end: text.length, text: `${lead}${lines}\n` };
}

function addEntry(
  { file, text }: LayerText,
  map: LayerMap,
  entry: { path: EditPath; source: string },
): TextEdit {
  const [first] = map.items;
  if (map.flow === true || first === undefined) {
    const start = text.slice(0, (map.range?.[1] ?? 1) - 1).trimEnd().length;
    const separator = first === undefined ? '' : text[start - 1] === ',' ? ' ' : ', ';
    return { file, start, end: start, text: `${separator}${nestedFlow(entry.path, entry.source)}` };
  }
  const start = lineEnd(text, contentEnd(text, map));
  const indent = ' '.repeat(columnOf(text, startOf(first.key)));
  return { file, start, end: start, text: `\n${nested(entry.path, entry.source, indent)}` };
}

function replaceValue(tree: LayerTree, path: EditPath, source: string): readonly TextEdit[] {
  const { file, text, root } = tree;
  const name = path.at(-1);
  const parent = nodeAt(root, path.slice(0, -1));
  if (isLayerList(parent)) return replaceItem(tree, parent.items[Number(name)], source);
  const entry = isLayerMap(parent) ? entryOf(parent, String(name)) : undefined;
  if (entry === undefined) return [];
  const start = afterColon(text, entry);
  const between = isEmptyNode(entry.value) ? '' : text.slice(start, startOf(entry.value ?? entry.key));
  // Other places may refer to an anchor; a block cannot stand inside braces.
  const isInBraces = isLayerMap(parent) && parent.flow === true;
  if (/(?:^|\s)[&!]/.test(between) || (isInBraces && isBlock(source))) return [];
  const comment = between.includes('#') ? between.trimEnd() : '';
  const value = tail(source, ' '.repeat(columnOf(text, startOf(entry.key)) + 2));
  const lines = isBlock(source) ? `${comment}${value}` : `${value}${comment}`;
  return [{ file, start, end: entryEnd(text, entry), text: lines }];
}

function replaceItem({ file, text }: LayerText, item: Node | undefined, source: string): readonly TextEdit[] {
  if (item === undefined || isEmptyNode(item) || isBlock(source)) return [];
  return [{ file, start: startOf(item), end: contentEnd(text, item), text: source }];
}

type Span = { readonly start: number; readonly end: number };

function spansOf(text: string, parent: LayerMap | LayerList): readonly Span[] {
  if (isLayerMap(parent)) {
    return parent.items.map((entry) => ({ start: startOf(entry.key), end: entryEnd(text, entry) }));
  }
  return parent.items.map((item) => ({ start: startOf(item), end: contentEnd(text, item) }));
}

function indexOf(parent: LayerMap | LayerList, name: string | number): number {
  if (!isLayerMap(parent)) return Number(name);
  const entry = entryOf(parent, String(name));
  return entry === undefined ? -1 : parent.items.indexOf(entry);
}

function cutFlowItem({ file }: LayerText, spans: readonly Span[], index: number): readonly TextEdit[] {
  const [own, before, after] = [spans[index], spans[index - 1], spans[index + 1]];
  if (own === undefined) return [];
  if (after !== undefined) return [{ file, start: own.start, end: after.start, text: '' }];
  return [{ file, start: before?.end ?? own.start, end: own.end, text: '' }];
}

/** Whole lines, unless the entry shares its first line with the dash of a list item. */
function cutBlockItem({ file, text }: LayerText, spans: readonly Span[], index: number): readonly TextEdit[] {
  const [own, after] = [spans[index], spans[index + 1]];
  if (own === undefined) return [];
  const start = lineStart(text, own.start);
  const lead = text.slice(start, own.start);
  const isOwnItem =
    /^\s*-\s+$/.test(lead) && (index > 0 || spans.length === 1 || startsAlike(text, lead, after));
  if (lead.trim() === '' || isOwnItem) {
    const end = lineEnd(text, own.end);
    const whole = end < text.length ? { start, end: end + 1 } : { start: Math.max(0, start - 1), end };
    return [{ file, ...whole, text: '' }];
  }
  if (after === undefined || text.slice(own.end, after.start).includes('#')) return [];
  return [{ file, start: own.start, end: after.start, text: '' }];
}

/** Whether the next one has a dash of its own: then both are items of a list, not keys of one item. */
function startsAlike(text: string, lead: string, next: Span | undefined): boolean {
  return next !== undefined && text.slice(lineStart(text, next.start), next.start) === lead;
}
