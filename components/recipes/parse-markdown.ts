export type MarkdownBlock =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'list'; readonly isOrdered: boolean; readonly items: readonly string[] }
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      readonly rows: readonly (readonly string[])[];
    };

const ITEM = /^\s*(?:[-*+]|\d+[.)])\s+/;

/** The part of Markdown that READMEs of recipes use: headings, paragraphs, lists, fenced code and tables. */
export function parseMarkdown(source: string): readonly MarkdownBlock[] {
  const lines = source
    .replaceAll('\r\n', '\n')
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .split('\n');
  const blocks: MarkdownBlock[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (line.trim() === '') {
      at += 1;
      continue;
    }
    const { block, next } = readBlock(lines, at);
    blocks.push(block);
    at = next;
  }
  return blocks;
}

type Read = { readonly block: MarkdownBlock; readonly next: number };

function readBlock(lines: readonly string[], at: number): Read {
  const line = lines[at] ?? '';
  const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  if (heading !== null) {
    const [, marks = '', text = ''] = heading;
    return { block: { kind: 'heading', level: marks.length, text }, next: at + 1 };
  }
  if (line.startsWith('```')) return readCode(lines, at);
  if (line.startsWith('|') && /^\|?[\s:|-]+$/.test(lines[at + 1] ?? 'x')) return readTable(lines, at);
  if (ITEM.test(line)) return readList(lines, at);
  return readParagraph(lines, at);
}

function readCode(lines: readonly string[], at: number): Read {
  const end = lines.findIndex((line, index) => index > at && line.startsWith('```'));
  const last = end === -1 ? lines.length : end;
  return { block: { kind: 'code', text: lines.slice(at + 1, last).join('\n') }, next: last + 1 };
}

function readTable(lines: readonly string[], at: number): Read {
  const next = endOf(lines, at, (line) => line.startsWith('|'));
  const [head = [], , ...rows] = lines.slice(at, next).map(cells);
  return { block: { kind: 'table', head, rows }, next };
}

function readList(lines: readonly string[], at: number): Read {
  const next = endOf(lines, at, (line) => ITEM.test(line) || /^\s+\S/.test(line));
  const items: string[] = [];
  for (const line of lines.slice(at, next)) {
    if (ITEM.test(line)) items.push(line.replace(ITEM, ''));
    else items.push(`${items.pop() ?? ''} ${line.trim()}`);
  }
  return { block: { kind: 'list', isOrdered: /^\s*\d/.test(lines[at] ?? ''), items }, next };
}

function readParagraph(lines: readonly string[], at: number): Read {
  const next = endOf(lines, at, (line) => line.trim() !== '' && !/^(#{1,6}\s|```|\|)/.test(line));
  // A line that looks like the start of something else is still text when it is the first of its block.
  const last = Math.max(next, at + 1);
  const text = lines
    .slice(at, last)
    .map((line) => line.trim())
    .join(' ');
  return { block: { kind: 'paragraph', text }, next: last };
}

function endOf(lines: readonly string[], at: number, belongs: (line: string) => boolean): number {
  const end = lines.findIndex((line, index) => index >= at && !belongs(line));
  return end === -1 ? lines.length : end;
}

function cells(line: string): readonly string[] {
  return line
    .replace(/^\s*\|/, '')
    .replace(/\|\s*$/, '')
    .split('|')
    .map((cell) => cell.trim());
}
