import { spansIn } from './interpolation-spans';
import { type ConfigPath, type Outline, type OutlineEntry, outlineOf, type TextRange } from './outline';

/** What a person is about to type, judged by the line alone: the text around it is usually broken. */
export type Cursor =
  /** Inside `${…}`; `typed` is what stands between its opening and the cursor. */
  | {
      readonly kind: 'interpolation';
      readonly typed: string;
      readonly range: TextRange;
      readonly owner: ConfigPath;
    }
  /** An entry of the defaults list. */
  | { readonly kind: 'default'; readonly typed: string; readonly range: TextRange }
  | { readonly kind: 'key'; readonly parent: ConfigPath; readonly typed: string; readonly range: TextRange }
  | { readonly kind: 'value'; readonly path: ConfigPath; readonly typed: string; readonly range: TextRange };

const KEY_LINE = /^(\s*(?:- +)*)([\w.@/-]*)$/;
const VALUE_LINE = /^(\s*(?:- +)*)(?:"([^"]+)"|'([^']+)'|([^\s#'"][^#:]*?))\s*:\s+(\S.*)?$/;
const ITEM_LINE = /^(\s*(?:- +)*- +)(\S.*)?$/;

/** Where in the syntax a cursor stands; null in comments and block text, where nothing can be offered. */
export function cursorAt(text: string, offset: number): Cursor | null {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const before = text.slice(lineStart, offset);
  if (/^\s*#|\s#/.test(before.replaceAll(/"[^"]*"|'[^']*'/g, ''))) return null;
  const outline = outlineOf(text);
  const open = spansIn(before, { start: 0, end: before.length }).findLast(({ isClosed }) => !isClosed);
  if (open !== undefined) {
    const start = lineStart + open.start + 2;
    const owner = pathOfLine(outline, text, lineStart);
    return { kind: 'interpolation', typed: text.slice(start, offset), range: { start, end: offset }, owner };
  }
  if (isInBlockText(outline, offset)) return null;
  return lineCursor({ outline, before, lineStart, offset });
}

type Line = {
  readonly outline: Outline;
  readonly before: string;
  readonly lineStart: number;
  readonly offset: number;
};

function lineCursor(line: Line): Cursor | null {
  const value = VALUE_LINE.exec(line.before);
  if (value !== null) return valueCursor(line, value);
  const item = ITEM_LINE.exec(line.before);
  return item === null ? keyCursor(line) : (itemCursor(line, item) ?? keyCursor(line));
}

function valueCursor(line: Line, match: RegExpExecArray): Cursor {
  const [, lead = '', double, single, plain, typed = ''] = match;
  const parent = parentPath(line, lead);
  const name = double ?? single ?? plain ?? '';
  const range = { start: line.offset - typed.length, end: line.offset };
  if (parent[0] === 'defaults') return { kind: 'default', typed: `${name}: ${typed}`, range };
  return { kind: 'value', path: [...parent, name], typed, range };
}

function itemCursor(line: Line, [, lead = '', typed = '']: RegExpExecArray): Cursor | null {
  const path = parentPath(line, lead);
  const range = { start: line.offset - typed.length, end: line.offset };
  if (path[0] === 'defaults') return { kind: 'default', typed, range };
  return hasKeysAt(line) ? null : { kind: 'value', path, typed, range };
}

function keyCursor(line: Line): Cursor | null {
  const match = KEY_LINE.exec(line.before);
  if (match === null) return null;
  const [, lead = '', typed = ''] = match;
  const range = { start: line.offset - typed.length, end: line.offset };
  return { kind: 'key', parent: parentPath(line, lead), typed, range };
}

/** Whether the item that begins on this line is a map already. */
function hasKeysAt({ outline, lineStart }: Line): boolean {
  return outline.find(({ start, key }) => start >= lineStart && key === null)?.kind === 'map';
}

function isInBlockText(outline: Outline, offset: number): boolean {
  const around = outline.findLast(({ start }) => start < offset);
  if (around?.kind !== 'scalar' || around.value === null) return false;
  const { value } = around;
  return offset > value.start && offset <= value.end && around.text.includes('\n');
}

/** The container that a line with this indentation belongs to. */
function parentPath({ outline, lineStart, before }: Line, lead: string): ConfigPath {
  const dash = lead.lastIndexOf('-');
  if (dash === -1) return parentAt(outline, lineStart, lead.length)?.path ?? [];
  const own = outline.find(({ key, start }) => key === null && start === lineStart + dash);
  if (own !== undefined) return own.path;
  // without anything behind it the dash may not be an item yet
  const list = listAt(outline, lineStart, before.indexOf('-'));
  const items = outline.filter(
    ({ path, start }) => path.length === list.length + 1 && start < lineStart && isBelow(path, list),
  );
  return [...list, items.length];
}

function listAt(outline: Outline, before: number, column: number): ConfigPath {
  return (
    outline.findLast((entry) => entry.key !== null && entry.start < before && entry.column <= column)?.path ??
    []
  );
}

/** The nearest entry above that is indented less. */
function parentAt(outline: Outline, before: number, column: number): OutlineEntry | null {
  return outline.findLast((entry) => entry.start < before && entry.column < column && !entry.isFlow) ?? null;
}

export function isBelow(path: ConfigPath, parent: ConfigPath): boolean {
  return path.length > parent.length && parent.every((step, at) => String(path[at]) === String(step));
}

function pathOfLine(outline: Outline, text: string, lineStart: number): ConfigPath {
  const lineEnd = text.indexOf('\n', lineStart);
  const last = outline.findLast(({ start }) => start < (lineEnd === -1 ? text.length : lineEnd));
  return last?.path ?? [];
}

/** The config path, inside the layer, of the place where the cursor stands. */
export function pathAt(text: string, offset: number): ConfigPath {
  const outline = outlineOf(text);
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = text.indexOf('\n', offset);
  const line = text.slice(lineStart, lineEnd === -1 ? text.length : lineEnd);
  const onLine = outline.filter(({ start }) => start >= lineStart && start < lineStart + line.length);
  const own = onLine.findLast(({ start }) => start <= offset) ?? onLine[0];
  if (own !== undefined) return own.path;
  const inside = outline.findLast(
    ({ kind, value }) => kind === 'scalar' && value !== null && value.start <= offset && offset <= value.end,
  );
  if (inside !== undefined) return inside.path;
  const column = line.trim() === '' ? offset - lineStart : line.length - line.trimStart().length;
  return parentAt(outline, lineStart, column)?.path ?? [];
}

/** The entry whose key or plain value is under the cursor, and which of the two. */
export function entryAt(
  text: string,
  offset: number,
): { readonly entry: OutlineEntry; readonly part: 'key' | 'value' } | null {
  const holds = (range: TextRange | null) => range !== null && range.start <= offset && offset <= range.end;
  const outline = outlineOf(text);
  const byKey = outline.find(({ key }) => holds(key));
  if (byKey !== undefined) return { entry: byKey, part: 'key' };
  const byValue = outline.find(({ kind, value }) => kind === 'scalar' && holds(value));
  return byValue === undefined ? null : { entry: byValue, part: 'value' };
}
