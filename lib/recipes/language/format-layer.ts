import { packageHeader } from '@/lib/recipes/layers/package-header';
import type { LayerNode } from '@/lib/recipes/layers/layer-node';
import { parseLayer } from '@/lib/recipes/layers/parse-layer';
import { attempt } from '@/lib/recipes/failure';
import { keyIdentity } from '@/lib/recipes/config-value';
import { type Outline, type OutlineEntry, outlineOf } from './outline';

const STEP = 2;

/**
 * A layer with even indentation and spacing. Comments, order and quotes stay; so does what the layer means: a text
 * that does not parse, or would mean something else afterwards, is given back as it is.
 */
export function formatLayer(text: string): string {
  const before = parseLayer(text);
  if (!before.ok || text.includes('\r') || text.includes('\t')) return text;
  const formatted = layOut(text);
  const after = parseLayer(formatted);
  if (!after.ok || !isSame(before.root, after.root) || !hasSameHeader(text, formatted)) return text;
  return formatted;
}

function hasSameHeader(before: string, after: string): boolean {
  const [left, right] = [before, after].map((text) => attempt(() => packageHeader(text)));
  return JSON.stringify(left) === JSON.stringify(right);
}

function isSame(left: LayerNode | null, right: LayerNode | null): boolean {
  if (left === null || right === null) return left === right;
  if (left.kind === 'scalar' && right.kind === 'scalar')
    return scalarText(left.value) === scalarText(right.value);
  if (left.kind === 'list' && right.kind === 'list')
    return (
      left.items.length === right.items.length &&
      left.items.every((item, at) => isSame(item, right.items[at] ?? null))
    );
  if (left.kind !== 'map' || right.kind !== 'map') return left.kind === right.kind;
  return (
    left.entries.length === right.entries.length &&
    left.entries.every(({ key, value }, at) => {
      const other = right.entries[at];
      return other !== undefined && keyIdentity(key) === keyIdentity(other.key) && isSame(value, other.value);
    })
  );
}

function scalarText(value: Extract<LayerNode, { kind: 'scalar' }>['value']): string {
  if (value.kind === 'null') return 'null';
  return `${value.kind} ${Object.is(value.value, -0) ? '-0' : String(value.value)}`;
}

type Line = { readonly start: number; readonly text: string };

function layOut(text: string): string {
  const outline = outlineOf(text).filter(({ isFlow }) => !isFlow);
  const indents = newIndents(outline);
  const opensOf = byLine(text, outline);
  const out: string[] = [];
  let shift = 0;
  for (const line of linesOf(text)) {
    const opens = opensOf.get(line.start) ?? [];
    const [first] = opens;
    if (first !== undefined && startsLine(line, first)) {
      const indent = indents.get(first) ?? first.column;
      shift = indent - first.column;
      out.push(' '.repeat(indent) + spaced(line, opens));
    } else out.push(...otherLine({ line, outline, indents, shift, isAfterBlank: (out.at(-1) ?? '') === '' }));
  }
  while (out.at(-1) === '') out.pop();
  return out.length === 0 ? '' : `${out.join('\n')}\n`;
}

type OtherLine = {
  readonly line: Line;
  readonly outline: Outline;
  readonly indents: ReadonlyMap<OutlineEntry, number>;
  /** How far the entry above was moved; what belongs to it moves along. */
  readonly shift: number;
  readonly isAfterBlank: boolean;
};

/** A comment, a blank line, or the rest of a value of several lines. */
function otherLine({ line, outline, indents, shift, isAfterBlank }: OtherLine): readonly string[] {
  if (isInside(outline, line.start)) return [moved(line.text, shift)];
  if (line.text.trim() === '') return isAfterBlank ? [] : [''];
  if (!isComment(line)) return [moved(line.text, shift)];
  return [' '.repeat(commentIndent({ line, outline, indents })) + line.text.trim()];
}

/** The entries that begin on a line, by the line's start. */
function byLine(text: string, outline: Outline): ReadonlyMap<number, readonly OutlineEntry[]> {
  const found = new Map<number, OutlineEntry[]>();
  for (const entry of outline) {
    const lineStart = text.lastIndexOf('\n', entry.start - 1) + 1;
    const known = found.get(lineStart);
    if (known === undefined) found.set(lineStart, [entry]);
    else known.push(entry);
  }
  return found;
}

function linesOf(text: string): readonly Line[] {
  let start = 0;
  return text.split('\n').map((line) => {
    const found = { start, text: line };
    start += line.length + 1;
    return found;
  });
}

function startsLine({ start, text }: Line, entry: OutlineEntry): boolean {
  return text.slice(0, entry.start - start).trim() === '';
}

function isComment({ text }: Line): boolean {
  return text.trimStart().startsWith('#');
}

/** In a value of several lines, whose content is left as it is. */
function isInside(outline: Outline, offset: number): boolean {
  const around = outline.findLast(({ start }) => start < offset);
  if (around?.value == null || around.kind === 'empty') return false;
  const isOwn = around.kind === 'scalar' || isFlowValue(around);
  return isOwn && around.value.start < offset && offset <= around.value.end - 1;
}

function isFlowValue({ kind, value, start, column }: OutlineEntry): boolean {
  // a block collection begins below its key; what begins on the same line and is no scalar is `{` or `[`
  return (kind === 'map' || kind === 'list') && value !== null && value.start - start > column;
}

function moved(text: string, shift: number): string {
  if (shift >= 0) return text === '' ? '' : ' '.repeat(shift) + text;
  const blank = text.length - text.trimStart().length;
  return text.slice(Math.min(-shift, blank));
}

/** Two spaces per level; an item of a list stands below its key, two spaces in. */
function newIndents(outline: Outline): ReadonlyMap<OutlineEntry, number> {
  const indents = new Map<OutlineEntry, number>();
  const open: OutlineEntry[] = [];
  for (const entry of outline) {
    while ((open.at(-1)?.path.length ?? 0) >= entry.path.length) open.pop();
    const parent = open.at(-1);
    const indent = parent === undefined ? 0 : (indents.get(parent) ?? 0) + STEP;
    indents.set(entry, indent);
    open.push(entry);
  }
  return indents;
}

/** One blank after a colon and a dash, none at the end; what begins a value of several lines keeps its end. */
function spaced(line: Line, opens: readonly OutlineEntry[]): string {
  const [first] = opens;
  if (first === undefined) return line.text.trim();
  let at = first.start;
  let out = '';
  const end = line.start + line.text.length;
  const take = (to: number) => {
    out += line.text.slice(at - line.start, to - line.start);
    at = to;
  };
  for (const { key, start, value } of opens) {
    take(Math.max(at, start));
    const colon = key === null ? start + 1 : colonAfter(line, key.end);
    if (colon === null) continue;
    take(Math.max(at, colon));
    const next = nextInk(line, at);
    const isValueHere = value !== null && value.start < end && next <= value.start;
    if (next < end && line.text.charAt(next - line.start) !== '#' && (isValueHere || value !== null)) {
      out += ' ';
      at = next;
    }
  }
  take(end);
  return isLastValueOpen(opens, end) ? out : out.trimEnd();
}

function colonAfter(line: Line, offset: number): number | null {
  const rest = line.text.slice(offset - line.start);
  const match = /^\s*:/.exec(rest);
  return match === null ? null : offset + match[0].length;
}

function nextInk(line: Line, offset: number): number {
  let at = offset;
  while (line.text.charAt(at - line.start) === ' ') at += 1;
  return at;
}

function isLastValueOpen(opens: readonly OutlineEntry[], end: number): boolean {
  const value = opens.at(-1)?.value;
  return value != null && opens.at(-1)?.kind === 'scalar' && value.end > end;
}

type CommentPlace = Pick<OtherLine, 'line' | 'outline' | 'indents'>;

/** A comment belongs to the next entry with its indentation, else to the nearest one above that it may stand below. */
function commentIndent({ line, outline, indents }: CommentPlace): number {
  const column = line.text.length - line.text.trimStart().length;
  const next = outline.find(({ start }) => start > line.start);
  if (next?.column === column) return indents.get(next) ?? 0;
  const above = outline.findLast((entry) => entry.start < line.start && entry.column <= column);
  if (above === undefined) return column === 0 || next === undefined ? 0 : (indents.get(next) ?? 0);
  const own = indents.get(above) ?? 0;
  return above.column === column ? own : own + STEP;
}
