import { CST, Parser } from 'yaml';
import { blocksOf, type TextBlock } from '@/lib/recipes/layers/parse-blocks';
import { parseLayer } from '@/lib/recipes/layers/parse-layer';
import { remember } from '@/lib/recipes/remember';

/** UTF-16 offsets into a text, end exclusive. */
export type TextRange = { readonly start: number; readonly end: number };
/** Keys and list indices from the top of a layer or of the configuration. */
export type ConfigPath = readonly (string | number)[];

/** One key with its value, or one item of a list, with its places in the text. */
export type OutlineEntry = {
  readonly path: ConfigPath;
  /** null for an item of a list. */
  readonly key: TextRange | null;
  /** Offset of the key or of the dash. */
  readonly start: number;
  /** Of the key or of the dash; 0 is the left margin. */
  readonly column: number;
  /** null while nothing has been typed there. */
  readonly value: TextRange | null;
  readonly kind: 'map' | 'list' | 'scalar' | 'empty';
  /** A scalar without its quotes; '' for everything else. */
  readonly text: string;
  /** In `{…}` or `[…]`. */
  readonly isFlow: boolean;
};

/** Entries in document order, a map or a list before its content. */
export type Outline = readonly OutlineEntry[];

const KEPT = 32;
const KEPT_BLOCKS = 10_000;

/**
 * The shape of a layer, also of one that is being typed and does not parse. Syntax and places only: what a value
 * means is decided by composition. Remembered by content, and by block where a layer is read so.
 */
export const outlineOf: (text: string) => Outline = remember(KEPT, (text) => {
  const parsed = parseLayer(text);
  const blocks = parsed.ok ? blocksOf(text, parsed.root) : null;
  return blocks === null ? wholeOutline(text) : blocks.flatMap((block) => blockOutline(block));
});

/** The entries of a block as they were last asked for: most blocks stay where they are. */
const blockOf = remember(KEPT_BLOCKS, (text) => {
  const outline = wholeOutline(text);
  return { outline, moved: { by: 0, outline } };
});

function blockOutline({ text, start: by }: TextBlock): Outline {
  const block = blockOf(text);
  if (block.moved.by !== by)
    block.moved = { by, outline: block.outline.map((entry) => movedEntry(entry, by)) };
  return block.moved.outline;
}

function movedEntry({ key, start, value, ...entry }: OutlineEntry, by: number): OutlineEntry {
  return { ...entry, key: moved(key, by), start: start + by, value: moved(value, by) };
}

function moved(range: TextRange | null, by: number): TextRange | null {
  return range === null ? null : { start: range.start + by, end: range.end + by };
}

/** Without looking at what is remembered. */
export function wholeOutline(text: string): Outline {
  const reader = new OutlineReader(text);
  for (const token of new Parser().parse(text)) {
    if (token.type !== 'document') continue;
    reader.read(token.value, []);
    break;
  }
  return reader.entries;
}

type Item = CST.CollectionItem;

class OutlineReader {
  readonly entries: OutlineEntry[] = [];
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  read(token: CST.Token | null | undefined, path: ConfigPath): void {
    if (token == null || !CST.isCollection(token)) return;
    const isFlow = token.type === 'flow-collection';
    let index = 0;
    for (const item of token.items) {
      if (item.key != null) this.readPair(item, path, isFlow);
      else if (token.type === 'block-seq' || (isFlow && token.start.source === '[')) {
        if (this.readItem(item, [...path, index], isFlow)) index += 1;
      }
    }
  }

  private readPair(item: Item, path: ConfigPath, isFlow: boolean): void {
    const key = item.key == null ? null : keyOf(item.key);
    if (key === null) return;
    const value = item.value ?? null;
    const own = [...path, key.name];
    this.entries.push({
      path: own,
      key: { start: key.start, end: key.end },
      start: key.start,
      column: this.columnOf(key.start),
      ...valueOf(value),
      isFlow,
    });
    this.read(value, own);
  }

  private readItem(item: Item, path: ConfigPath, isFlow: boolean): boolean {
    const dash = item.start.find(({ type }) => type === 'seq-item-ind');
    const start = dash?.offset ?? (item.value == null ? undefined : startOf(item.value));
    if (start === undefined) return false;
    const value = item.value ?? null;
    this.entries.push({
      path,
      key: null,
      start,
      column: this.columnOf(start),
      ...valueOf(value),
      isFlow,
    });
    this.read(value, path);
    return true;
  }

  private columnOf(offset: number): number {
    return offset - (this.text.lastIndexOf('\n', offset - 1) + 1);
  }
}

/** A word typed above a key makes one key of both lines for YAML; the person means the last line. */
function keyOf(token: CST.Token): { name: string; start: number; end: number } | null {
  if (!CST.isScalar(token)) return null;
  const { source, offset } = token;
  if (token.type === 'scalar' && source.includes('\n')) {
    const name = source.slice(source.lastIndexOf('\n') + 1).trim();
    const end = offset + source.length;
    return { name, start: end - name.length, end };
  }
  return { name: cookedText(token), start: offset, end: offset + source.length };
}

function valueOf(token: CST.Token | null): Pick<OutlineEntry, 'value' | 'kind' | 'text'> {
  if (token === null) return { value: null, kind: 'empty', text: '' };
  const value = { start: startOf(token), end: endOf(token) };
  if (token.type === 'block-map') return { value, kind: 'map', text: '' };
  if (token.type === 'block-seq') return { value, kind: 'list', text: '' };
  if (token.type === 'flow-collection')
    return { value, kind: token.start.source === '{' ? 'map' : 'list', text: '' };
  return { value, kind: 'scalar', text: CST.isScalar(token) ? cookedText(token) : '' };
}

/** A quote that is still open is no error here. */
function cookedText(token: CST.FlowScalar | CST.BlockScalar): string {
  return CST.resolveAsScalar(token, false, () => undefined).value;
}

function startOf(token: CST.Token): number {
  const first = token.type === 'block-scalar' ? token.props[0] : undefined;
  return first === undefined || !('offset' in first) ? token.offset : first.offset;
}

function endOf(token: CST.Token): number {
  if (token.type === 'flow-collection') {
    const close = token.end.find(({ type }) => type.endsWith('end'));
    if (close !== undefined) return close.offset + close.source.length;
  }
  if (CST.isCollection(token)) {
    const last = token.items.findLast((item) => item.value != null || item.key != null);
    const inner = last?.value ?? last?.key;
    return inner == null ? token.offset + 1 : endOf(inner);
  }
  return 'source' in token ? token.offset + token.source.length : token.offset;
}
