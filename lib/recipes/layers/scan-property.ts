import type { Cursor } from './cursor';
import { token, type Token } from './token';

const NAME = /[0-9A-Za-z_-]*/y;
const SPACES = / */y;
const DIGITS = /[0-9]*/y;
const REST_OF_LINE = /[^\r\n\u0085\u2028\u2029]*/y;
const URI = /(?:[0-9A-Za-z\-;/?:@&=+$,_.!~*'()[\]]|%[0-9A-Fa-f]{2})*/y;
const AFTER_ANCHOR = '?:,]}%@`';

/** An anchor (`&name`) or an alias (`*name`). */
export function scanAnchor(cursor: Cursor): Token {
  const start = cursor.offset;
  const kind = cursor.peek() === '*' ? 'alias' : 'anchor';
  cursor.offset += 1;
  const value = cursor.take(NAME);
  const mark = kind === 'alias' ? '*' : '&';
  const isEnd = cursor.isSpace() || AFTER_ANCHOR.includes(cursor.peek());
  if (value === '' || !isEnd)
    cursor.fail(
      `${mark} begins the name of an ${kind}: letters, digits, _ and - only. Quote the text if it is a value.`,
      start,
    );
  return { ...token(kind, start, cursor.offset), value };
}

function scanUri(cursor: Cursor, start: number): string {
  const raw = cursor.take(URI);
  if (raw === '' || cursor.peek() === '%') cursor.fail('This tag has no valid name.', start);
  try {
    return decodeURIComponent(raw);
  } catch {
    return cursor.fail('The percent escapes of this tag are not UTF-8.', start);
  }
}

function scanHandle(cursor: Cursor, start: number): string {
  const handle = cursor.take(/!(?:[0-9A-Za-z_-]*!)?/y);
  if (handle === '') cursor.fail('A tag handle begins with !.', start);
  return handle;
}

export function scanTag(cursor: Cursor): Token {
  const start = cursor.offset;
  let pair: readonly [string | null, string];
  if (cursor.peek(1) === '<') {
    cursor.offset += 2;
    pair = [null, scanUri(cursor, start)];
    if (cursor.peek() !== '>') cursor.fail('A verbatim tag ends with >.', start);
    cursor.offset += 1;
  } else if (cursor.isSpace(1)) {
    cursor.offset += 1;
    pair = [null, '!'];
  } else {
    const hasHandle = /![^! \r\n\u0085\u2028\u2029]*!/y;
    hasHandle.lastIndex = start;
    const handle = hasHandle.test(cursor.text) ? scanHandle(cursor, start) : cursor.take(/!/y);
    if (hasHandle.lastIndex > 0 && handle === '!')
      cursor.fail('A tag handle holds letters, digits, _ and - only.', start);
    pair = [handle, scanUri(cursor, start)];
  }
  if (cursor.peek() === '\t' || !cursor.isSpace()) cursor.fail('A space must follow a tag.', start);
  return { ...token('tag', start, cursor.offset), pair };
}

function scanVersion(cursor: Cursor, start: number): readonly [string, string] {
  cursor.take(SPACES);
  const major = cursor.take(DIGITS);
  const dot = cursor.take(/\./y);
  const minor = cursor.take(DIGITS);
  if (major === '' || dot === '' || minor === '' || (cursor.peek() !== ' ' && !cursor.isBreak()))
    cursor.fail('Write the directive as %YAML 1.1.', start);
  return [major, minor];
}

function scanTagDirective(cursor: Cursor, start: number): readonly [string, string] {
  cursor.take(SPACES);
  const handle = scanHandle(cursor, start);
  if (cursor.peek() !== ' ') cursor.fail('Write the directive as %TAG !name! prefix.', start);
  cursor.take(SPACES);
  const prefix = scanUri(cursor, start);
  if (cursor.peek() !== ' ' && !cursor.isBreak())
    cursor.fail('Write the directive as %TAG !name! prefix.', start);
  return [handle, prefix];
}

export function scanDirective(cursor: Cursor): Token {
  const start = cursor.offset;
  cursor.offset += 1;
  const value = cursor.take(NAME);
  if (value === '' || (cursor.peek() !== ' ' && !cursor.isBreak()))
    cursor.fail(
      'A line that begins with % is a YAML directive. Quote or indent the text if it is a value.',
      start,
    );
  let pair: readonly [string, string] | null = null;
  if (value === 'YAML') pair = scanVersion(cursor, start);
  else if (value === 'TAG') pair = scanTagDirective(cursor, start);
  else cursor.take(REST_OF_LINE);
  const end = cursor.offset;
  cursor.take(SPACES);
  if (cursor.peek() === '#') cursor.take(REST_OF_LINE);
  if (!cursor.isBreak()) cursor.fail('Only a comment may follow a directive.', start);
  cursor.takeBreak();
  return { ...token('directive', start, end), value, pair };
}
