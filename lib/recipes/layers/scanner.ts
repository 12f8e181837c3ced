import { Cursor } from './cursor';
import { scanAnchor, scanDirective, scanTag } from './scan-property';
import { scanBlock, scanPlain, scanQuoted } from './scan-scalar';
import { token, type Token, type TokenKind } from './token';

/** A place where a `key:` may have begun; it must end on the same line within 1024 characters. */
type SimpleKey = {
  readonly tokenNumber: number;
  readonly required: boolean;
  readonly offset: number;
  readonly line: number;
  readonly column: number;
};

const LONGEST_KEY = 1024;
const SPACES = / */y;
const COMMENT = /#[^\r\n\u0085\u2028\u2029]*/y;
const NOT_PLAIN = '-?:,[]{}#&*!|>\'"%@`';

/**
 * Text → YAML 1.1 tokens, refusing what PyYAML refuses: tabs between tokens, `?` inside flow collections, keys
 * over several lines. One token of look-ahead is decided late, because a `:` can turn what came before into a key.
 */
export class Scanner {
  private readonly cursor: Cursor;
  private readonly queue: Token[] = [];
  private taken = 0;
  private done = false;
  private flowLevel = 0;
  private indent = -1;
  private readonly indents: number[] = [];
  private allowSimpleKey = true;
  private readonly simpleKeys = new Map<number, SimpleKey>();

  constructor(text: string) {
    this.cursor = new Cursor(text);
  }

  peek(): Token {
    while (this.needsMore()) this.fetch();
    return this.queue[0] ?? token('stream-end', this.cursor.offset, this.cursor.offset);
  }

  next(): Token {
    const found = this.peek();
    this.queue.shift();
    this.taken += 1;
    return found;
  }

  private needsMore(): boolean {
    if (this.done) return false;
    if (this.queue.length === 0) return true;
    this.dropStaleKeys();
    for (const key of this.simpleKeys.values()) if (key.tokenNumber === this.taken) return true;
    return false;
  }

  private dropStaleKeys(): void {
    for (const [level, key] of this.simpleKeys) {
      if (key.line === this.cursor.line && this.cursor.offset - key.offset <= LONGEST_KEY) continue;
      if (key.required) this.failWithoutColon(key);
      this.simpleKeys.delete(level);
    }
  }

  private failWithoutColon(key: SimpleKey): never {
    return this.cursor.fail('A key needs a colon after it, on the same line.', key.offset);
  }

  private saveSimpleKey(): void {
    if (!this.allowSimpleKey) return;
    const { column, line, offset } = this.cursor;
    const required = this.flowLevel === 0 && this.indent === column;
    this.removeSimpleKey();
    const tokenNumber = this.taken + this.queue.length;
    this.simpleKeys.set(this.flowLevel, { tokenNumber, required, offset, line, column });
  }

  private removeSimpleKey(): void {
    const key = this.simpleKeys.get(this.flowLevel);
    if (key?.required) this.failWithoutColon(key);
    this.simpleKeys.delete(this.flowLevel);
  }

  private unwindIndent(column: number): void {
    if (this.flowLevel > 0) return;
    while (this.indent > column) {
      this.indent = this.indents.pop() ?? -1;
      this.push('block-end', 0);
    }
  }

  /** Opens a block collection at `column` unless one is open there. */
  private opensAt(column: number): boolean {
    if (this.indent >= column) return false;
    this.indents.push(this.indent);
    this.indent = column;
    return true;
  }

  private push(kind: TokenKind, width: number): void {
    const start = this.cursor.offset;
    this.cursor.offset += width;
    this.queue.push(token(kind, start, this.cursor.offset));
  }

  private skipToToken(): void {
    const { cursor } = this;
    if (cursor.offset === 0 && cursor.peek() === '\uFEFF') cursor.offset += 1;
    for (;;) {
      cursor.take(SPACES);
      if (cursor.peek() === '#') cursor.take(COMMENT);
      if (cursor.takeBreak() === '') return;
      if (this.flowLevel === 0) this.allowSimpleKey = true;
    }
  }

  private fetch(): void {
    this.skipToToken();
    this.dropStaleKeys();
    const { cursor } = this;
    const { column } = cursor;
    this.unwindIndent(column);
    if (cursor.atEnd) this.fetchEnd();
    else if (column === 0 && this.fetchDocumentMark()) return;
    else if (!this.fetchIndicator() && !this.fetchContent()) this.failAtCharacter();
  }

  private fetchEnd(): void {
    this.unwindIndent(-1);
    this.removeSimpleKey();
    this.simpleKeys.clear();
    this.push('stream-end', 0);
    this.done = true;
  }

  private fetchDocumentMark(): boolean {
    const { cursor } = this;
    const isDirective = cursor.peek() === '%';
    const isStart = cursor.atDocumentMark('---');
    if (!isDirective && !isStart && !cursor.atDocumentMark('...')) return false;
    this.unwindIndent(-1);
    this.removeSimpleKey();
    this.allowSimpleKey = false;
    if (isDirective) this.queue.push(scanDirective(cursor));
    else this.push(isStart ? 'document-start' : 'document-end', 3);
    return true;
  }

  private fetchIndicator(): boolean {
    const character = this.cursor.peek();
    switch (character) {
      case '[':
      case '{':
        return this.fetchOpen(character);
      case ']':
      case '}':
        return this.fetchClose(character);
      case ',':
        return this.fetchComma();
      case '-':
        return this.cursor.isSpace(1) && this.fetchBlockEntry();
      case '?':
        return this.isMark() && this.fetchKey();
      case ':':
        return this.isMark() && this.fetchValue();
      default:
        return false;
    }
  }

  /** `?` and `:` are marks before a space, and inside flow collections always. */
  private isMark(): boolean {
    return this.flowLevel > 0 || this.cursor.isSpace(1);
  }

  private fetchOpen(character: '[' | '{'): true {
    this.saveSimpleKey();
    this.flowLevel += 1;
    this.allowSimpleKey = true;
    this.push(character, 1);
    return true;
  }

  private fetchClose(character: ']' | '}'): true {
    this.removeSimpleKey();
    this.flowLevel -= 1;
    this.allowSimpleKey = false;
    this.push(character, 1);
    return true;
  }

  private fetchComma(): true {
    this.allowSimpleKey = true;
    this.removeSimpleKey();
    this.push(',', 1);
    return true;
  }

  private openBlock(kind: 'block-sequence-start' | 'block-mapping-start', refusal: string): void {
    if (this.flowLevel > 0) return;
    if (!this.allowSimpleKey) this.cursor.fail(refusal);
    if (this.opensAt(this.cursor.column)) this.push(kind, 0);
  }

  private fetchBlockEntry(): boolean {
    this.openBlock('block-sequence-start', 'A list item may not begin here: put it on a line of its own.');
    this.allowSimpleKey = true;
    this.removeSimpleKey();
    this.push('block-entry', 1);
    return true;
  }

  private fetchKey(): boolean {
    this.openBlock('block-mapping-start', 'A key may not begin here: put it on a line of its own.');
    this.allowSimpleKey = this.flowLevel === 0;
    this.removeSimpleKey();
    this.push('key', 1);
    return true;
  }

  private fetchValue(): boolean {
    const key = this.simpleKeys.get(this.flowLevel);
    if (key === undefined) {
      this.openBlock(
        'block-mapping-start',
        'A second ": " in one value. Quote the value if the colon belongs to it.',
      );
      this.allowSimpleKey = this.flowLevel === 0;
      this.removeSimpleKey();
    } else {
      this.simpleKeys.delete(this.flowLevel);
      const before = [token('key', key.offset, key.offset)];
      if (this.flowLevel === 0 && this.opensAt(key.column))
        before.unshift(token('block-mapping-start', key.offset, key.offset));
      this.queue.splice(key.tokenNumber - this.taken, 0, ...before);
      this.allowSimpleKey = false;
    }
    this.push('value', 1);
    return true;
  }

  private fetchContent(): boolean {
    const { cursor } = this;
    const character = cursor.peek();
    if ((character === '|' || character === '>') && this.flowLevel === 0) {
      this.allowSimpleKey = true;
      this.removeSimpleKey();
      this.queue.push(scanBlock(cursor, this.indent));
      return true;
    }
    const scan = this.contentScanner(character);
    if (scan === null) return false;
    this.saveSimpleKey();
    this.allowSimpleKey = false;
    this.queue.push(scan(cursor));
    return true;
  }

  private contentScanner(character: string): ((cursor: Cursor) => Token) | null {
    if (character === '*' || character === '&') return scanAnchor;
    if (character === '!') return scanTag;
    if (character === "'" || character === '"') return scanQuoted;
    if (!this.startsPlain(character)) return null;
    return (cursor) => {
      const { scalar, brokeLine } = scanPlain(cursor, this.indent + 1, this.flowLevel > 0);
      this.allowSimpleKey = brokeLine;
      return scalar;
    };
  }

  private startsPlain(character: string): boolean {
    if (this.cursor.isSpace()) return false;
    if (!NOT_PLAIN.includes(character)) return true;
    if (this.cursor.isSpace(1)) return false;
    return character === '-' || (this.flowLevel === 0 && (character === '?' || character === ':'));
  }

  private failAtCharacter(): never {
    const character = this.cursor.peek();
    if (character === '\t')
      return this.cursor.fail('A tab may not separate or indent YAML. Use spaces, or quote the text.');
    return this.cursor.fail(`A value may not begin with ${character}. Put it in quotes.`);
  }
}
