import type { Cursor } from './cursor';
import { token, type Token } from './token';

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '\\': '\\',
  '/': '/',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
};
const CODES: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const HEX = /[0-9A-Fa-f]*/y;
const QUOTED_RUN = /[^'"\\ \t\r\n\u0085\u2028\u2029]*/y;
const BLANKS = /[ \t]*/y;
const SPACES = / */y;
const REST_OF_LINE = /[^\r\n\u0085\u2028\u2029]*/y;

function scanEscape(cursor: Cursor): string {
  cursor.offset += 1;
  const character = cursor.peek();
  const plain = Object.hasOwn(ESCAPES, character) ? ESCAPES[character] : undefined;
  if (plain !== undefined) {
    cursor.offset += 1;
    return plain;
  }
  const length = Object.hasOwn(CODES, character) ? CODES[character] : undefined;
  if (length !== undefined) return scanHexEscape(cursor, length);
  if (character !== '' && cursor.isBreak()) {
    cursor.takeBreak();
    return scanQuotedBreaks(cursor);
  }
  return cursor.fail(
    `The escape \\${character} does not exist in a double-quoted string. Write \\\\ for a backslash, or use single quotes.`,
    cursor.offset - 1,
  );
}

function scanHexEscape(cursor: Cursor, length: number): string {
  const start = cursor.offset - 1;
  cursor.offset += 1;
  HEX.lastIndex = cursor.offset;
  const digits = (HEX.exec(cursor.text)?.[0] ?? '').slice(0, length);
  const code = Number.parseInt(digits, 16);
  if (digits.length < length || code > 0x10ffff)
    cursor.fail(`This escape needs ${length} hexadecimal digits of a character.`, start);
  cursor.offset += length;
  return String.fromCodePoint(code);
}

function scanQuotedBreaks(cursor: Cursor): string {
  let breaks = '';
  for (;;) {
    if (cursor.atDocumentMark('---') || cursor.atDocumentMark('...'))
      cursor.fail(
        'A document separator stands inside a quoted string: a closing quote is missing before it.',
      );
    cursor.take(BLANKS);
    const lineBreak = cursor.takeBreak();
    if (lineBreak === '') return breaks;
    breaks += lineBreak;
  }
}

function scanQuotedSpaces(cursor: Cursor, start: number): string {
  const blanks = cursor.take(BLANKS);
  if (cursor.atEnd) cursor.fail('A quoted string is not closed.', start);
  const lineBreak = cursor.takeBreak();
  if (lineBreak === '') return blanks;
  const breaks = scanQuotedBreaks(cursor);
  if (lineBreak !== '\n') return lineBreak + breaks;
  return breaks === '' ? ' ' : breaks;
}

export function scanQuoted(cursor: Cursor): Token {
  const start = cursor.offset;
  const quote = cursor.peek();
  const isDouble = quote === '"';
  cursor.offset += 1;
  let value = '';
  for (;;) {
    value += cursor.take(QUOTED_RUN);
    const character = cursor.peek();
    if (isDouble && character === '\\') value += scanEscape(cursor);
    else if (!isDouble && character === "'" && cursor.peek(1) === "'") {
      value += "'";
      cursor.offset += 2;
    } else if (character === quote) break;
    else if (character !== '' && `'"\\`.includes(character)) {
      value += character;
      cursor.offset += 1;
    } else value += scanQuotedSpaces(cursor, start);
  }
  cursor.offset += 1;
  return { ...token('scalar', start, cursor.offset), value };
}

/** Between the words of a plain scalar: the text to join them with, or null where the scalar ends. */
function scanPlainSpaces(cursor: Cursor): { text: string | null; brokeLine: boolean } {
  const blanks = cursor.take(SPACES);
  const lineBreak = cursor.takeBreak();
  if (lineBreak === '') return { text: blanks === '' ? null : blanks, brokeLine: false };
  let breaks = '';
  for (;;) {
    if (cursor.atDocumentMark('---') || cursor.atDocumentMark('...')) return { text: null, brokeLine: true };
    cursor.take(SPACES);
    const more = cursor.takeBreak();
    if (more === '') break;
    breaks += more;
  }
  if (lineBreak !== '\n') return { text: lineBreak + breaks, brokeLine: true };
  return { text: breaks === '' ? ' ' : breaks, brokeLine: true };
}

const PLAIN_RUN = /(?:[^ \t\r\n\u0085\u2028\u2029:]+|:(?![ \t\r\n\u0085\u2028\u2029]|$))*/y;
const PLAIN_RUN_IN_FLOW =
  /(?:[^ \t\r\n\u0085\u2028\u2029:,?[\]{}]+|:(?![ \t\r\n\u0085\u2028\u2029,[\]{}]|$))*/y;

/** A plain scalar; `indent` is the smallest column that continues it on the next line. */
export function scanPlain(
  cursor: Cursor,
  indent: number,
  inFlow: boolean,
): { scalar: Token; brokeLine: boolean } {
  const start = cursor.offset;
  let end = start;
  let value = '';
  let spaces = '';
  let brokeLine = false;
  while (cursor.peek() !== '#') {
    const run = cursor.take(inFlow ? PLAIN_RUN_IN_FLOW : PLAIN_RUN);
    if (run === '') break;
    value += spaces + run;
    end = cursor.offset;
    const gap = scanPlainSpaces(cursor);
    brokeLine = gap.brokeLine;
    if (gap.text === null || (!inFlow && cursor.column < indent)) break;
    spaces = gap.text;
  }
  return { scalar: { ...token('scalar', start, end), value, plain: true }, brokeLine };
}

type BlockHeader = { readonly chomp: '' | '+' | '-'; readonly increment: number };

function scanBlockHeader(cursor: Cursor, start: number): BlockHeader {
  cursor.offset += 1;
  const header = /[+-]?[0-9]?[+-]?/y;
  let text = cursor.take(header);
  if (/^[+-][0-9]?[+-]$/.test(text)) {
    text = text.slice(0, -1);
    cursor.offset -= 1;
  }
  const digit = /[0-9]/.exec(text)?.[0];
  if (digit === '0') cursor.fail('The indentation of a block of text is a digit from 1 to 9.', start);
  if (cursor.peek() !== ' ' && !cursor.isBreak())
    cursor.fail(
      `After | or > only +, - and a digit may stand, then the line ends; the text begins on the next line.`,
      start,
    );
  cursor.take(SPACES);
  if (cursor.peek() === '#') cursor.take(REST_OF_LINE);
  if (!cursor.isBreak()) cursor.fail('The text of a block begins on the line after | or >.', start);
  cursor.takeBreak();
  const chomp = text.includes('+') ? '+' : text.includes('-') ? '-' : '';
  return { chomp, increment: digit === undefined ? 0 : Number(digit) };
}

/** Blank lines before the first line of text, and the column of the deepest of them. */
function scanBlockIndentation(cursor: Cursor): { breaks: string; deepest: number } {
  let breaks = '';
  let deepest = 0;
  for (;;) {
    if (cursor.take(SPACES) !== '') deepest = Math.max(deepest, cursor.column);
    const lineBreak = cursor.takeBreak();
    if (lineBreak === '') return { breaks, deepest };
    breaks += lineBreak;
  }
}

function takeIndent(cursor: Cursor, indent: number): void {
  while (cursor.column < indent && cursor.peek() === ' ') cursor.offset += 1;
}

function scanBlockBreaks(cursor: Cursor, indent: number): string {
  let breaks = '';
  takeIndent(cursor, indent);
  for (;;) {
    const lineBreak = cursor.takeBreak();
    if (lineBreak === '') return breaks;
    breaks += lineBreak;
    takeIndent(cursor, indent);
  }
}

function isBlank(character: string): boolean {
  return character === ' ' || character === '\t';
}

/** A literal (`|`) or folded (`>`) block; `parentIndent` is the column of the collection that holds it. */
export function scanBlock(cursor: Cursor, parentIndent: number): Token {
  const start = cursor.offset;
  const folded = cursor.peek() === '>';
  const { chomp, increment } = scanBlockHeader(cursor, start);
  const least = Math.max(1, parentIndent + 1);
  const first = increment === 0 ? scanBlockIndentation(cursor) : null;
  const indent = first === null ? least + increment - 1 : Math.max(least, first.deepest);
  const breaks = first === null ? scanBlockBreaks(cursor, indent) : first.breaks;
  const body = scanBlockLines(cursor, { folded, indent, breaks });
  const tail = (chomp === '-' ? '' : body.lineBreak) + (chomp === '+' ? body.breaks : '');
  // blank lines that are kept belong to the text
  const end = chomp === '+' ? Math.max(body.end, cursor.offset - cursor.column) : body.end;
  return { ...token('scalar', start, end), value: body.text + tail };
}

type BlockBody = {
  text: string;
  /** The last line's own break, and the blank lines after it. */
  lineBreak: string;
  breaks: string;
  end: number;
};

function scanBlockLines(
  cursor: Cursor,
  { breaks: blank, folded, indent }: { breaks: string; folded: boolean; indent: number },
): BlockBody {
  const body: BlockBody = { text: '', lineBreak: '', breaks: blank, end: cursor.offset };
  while (cursor.column === indent && !cursor.atEnd) {
    body.text += body.breaks;
    const leadingText = !isBlank(cursor.peek());
    body.text += cursor.take(REST_OF_LINE);
    body.end = cursor.offset;
    body.lineBreak = cursor.takeBreak();
    body.breaks = scanBlockBreaks(cursor, indent);
    if (cursor.column !== indent || cursor.offset >= cursor.text.length) break;
    const folds = folded && body.lineBreak === '\n' && leadingText && !isBlank(cursor.peek());
    if (!folds) body.text += body.lineBreak;
    else if (body.breaks === '') body.text += ' ';
  }
  return body;
}
