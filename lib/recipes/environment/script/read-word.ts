import { skipSubstitution } from './skip-substitution';
import { NotUnderstood, type Operator, type Piece, type Word } from './syntax';

/** Deeper than any script nests `${A:-${B:-…}}`; bounds the recursion. */
const DEEPEST = 30;
const WORD_END = /[\s;&|()<>]/;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;

/** Reads one word at `start`, quotes and expansions included. The word is empty when none begins there. */
export function readWord(text: string, start: number): Word {
  const reader = new WordReader(text, start);
  const pieces = reader.pieces((char) => WORD_END.test(char), false);
  return { pieces, start, end: reader.at };
}

/** Matches a sticky pattern at a place; '' when it does not. */
function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

class WordReader {
  at: number;
  /** Levels of `${…}` inside the innermost double quotes. */
  private depth = 0;
  private nesting = 0;
  private readonly text: string;

  constructor(text: string, start: number) {
    this.text = text;
    this.at = start;
  }

  /** Pieces up to a character that ends them; `isQuoted`: inside double quotes. */
  pieces(isEnd: (char: string) => boolean, isQuoted: boolean): readonly Piece[] {
    const found: Piece[] = [];
    while (this.at < this.text.length && !isEnd(this.char())) {
      const before = this.at;
      this.piece(found, isQuoted);
      if (this.at === before) throw this.fail('something that the reader does not know');
    }
    return found;
  }

  private char(offset = 0): string {
    return this.text.charAt(this.at + offset);
  }

  private fail(reason: string): NotUnderstood {
    return new NotUnderstood(reason, { start: this.at, end: Math.min(this.at + 1, this.text.length) });
  }

  private piece(found: Piece[], isQuoted: boolean): void {
    const char = this.char();
    if (char === '\\') this.escape(found, isQuoted);
    else if (char === '"') this.doubleQuotes(found);
    else if (char === "'" && !isQuoted) addText(found, this.singleQuotes(), true);
    else if (char === '`') this.backquotes(found);
    else if (char === '$') this.dollar(found, isQuoted);
    else {
      addText(found, char, isQuoted);
      this.at += 1;
    }
  }

  private escape(found: Piece[], isQuoted: boolean): void {
    const next = this.char(1);
    this.at += 2;
    if (next === '') throw this.fail('a backslash at the end of the script');
    if (next === '\n') return;
    const stands = isQuoted && !/[$`"\\}]/.test(next) ? `\\${next}` : next;
    // in double quotes a backslash before } matters inside ${…} alone
    addText(found, isQuoted && next === '}' && this.depth === 0 ? '\\}' : stands, true);
  }

  private doubleQuotes(found: Piece[]): void {
    this.at += 1;
    const depth = this.depth;
    this.depth = 0;
    const inner = this.pieces((char) => char === '"', true);
    this.depth = depth;
    if (this.char() !== '"') throw this.fail('a double quote that is not closed');
    this.at += 1;
    // an empty pair of quotes is still a word
    found.push({ kind: 'text', text: '', isQuoted: true }, ...inner);
  }

  private singleQuotes(): string {
    const end = this.text.indexOf("'", this.at + 1);
    if (end === -1) throw this.fail('a single quote that is not closed');
    const inner = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    return inner;
  }

  private backquotes(found: Piece[]): void {
    const end = this.text.indexOf('`', this.at + 1);
    const inner = end === -1 ? '' : this.text.slice(this.at + 1, end);
    if (end === -1 || inner.includes('\\')) throw this.fail('backquotes that are too intricate');
    this.at = end + 1;
    found.push({ kind: 'unknown', reason: 'a command substitution', mayAssign: false });
  }

  private dollar(found: Piece[], isQuoted: boolean): void {
    const next = this.char(1);
    if (next === '{') this.braces(found, isQuoted);
    else if (next === '(') this.parentheses(found);
    else if (next === "'" && !isQuoted) this.ansiQuotes(found);
    else if (next === '"' && !isQuoted) {
      this.at += 1;
      this.doubleQuotes(found);
    } else if (next === '[') throw this.fail('old arithmetic, $[…]');
    else this.name(found, isQuoted);
  }

  private name(found: Piece[], isQuoted: boolean): void {
    const name = match(NAME, this.text, this.at + 1);
    if (name !== '') {
      this.at += 1 + name.length;
      found.push({ kind: 'variable', name, operator: null, argument: [] });
    } else if (/[0-9@*#?$!_-]/.test(this.char(1))) {
      const special = `$${this.char(1)}`;
      this.at += 2;
      found.push({ kind: 'unknown', reason: special, mayAssign: false });
    } else {
      this.at += 1;
      addText(found, '$', isQuoted);
    }
  }

  private parentheses(found: Piece[]): void {
    const isArithmetic = this.text.startsWith('$((', this.at);
    const { end, isSure } = skipSubstitution(this.text, this.at + 1);
    const inner = this.text.slice(this.at, end);
    if (!isSure) throw this.fail('a command substitution that is too intricate');
    this.at = end;
    const mayAssign = isArithmetic && /[^=!<>]=[^=]|\+\+|--/.test(inner);
    const reason = isArithmetic ? 'arithmetic' : 'a command substitution';
    found.push({ kind: 'unknown', reason, mayAssign });
  }

  private braces(found: Piece[], isQuoted: boolean): void {
    const open = this.at;
    const name = match(NAME, this.text, open + 2);
    this.at = open + 2 + name.length;
    const operator = readOperator(this.text.slice(this.at, this.at + 2));
    if (name !== '' && this.char() === '}') {
      this.at += 1;
      found.push({ kind: 'variable', name, operator: null, argument: [] });
      return;
    }
    if (name === '' || operator === null) {
      this.at = open;
      this.otherBraces(found);
      return;
    }
    this.at += operator.length;
    found.push({ kind: 'variable', name, operator, argument: this.argument(isQuoted) });
  }

  /** The word behind an operator, up to its brace. */
  private argument(isQuoted: boolean): readonly Piece[] {
    this.depth += 1;
    this.nesting += 1;
    if (this.nesting > DEEPEST) throw this.fail(`more than ${DEEPEST} expansions in one another`);
    const inner = this.pieces((char) => char === '}', isQuoted);
    if (this.char() !== '}') throw this.fail('an expansion that is not closed');
    this.at += 1;
    this.depth -= 1;
    this.nesting -= 1;
    return inner;
  }

  /** `${#A}`, `${A%.x}`, `${A/x/y}`, `${A[0]}`: skipped when their end is plain to see. */
  private otherBraces(found: Piece[]): void {
    const end = this.text.indexOf('}', this.at);
    const inner = end === -1 ? '' : this.text.slice(this.at + 2, end);
    if (end === -1 || /["'`\\${\n]/.test(inner)) throw this.fail('an expansion that is too intricate');
    this.at = end + 1;
    found.push({ kind: 'unknown', reason: `\${${inner}}`, mayAssign: /[=@]/.test(inner) });
  }

  private ansiQuotes(found: Piece[]): void {
    const start = this.at + 2;
    let end = start;
    while (end < this.text.length && this.text[end] !== "'") end += this.text[end] === '\\' ? 2 : 1;
    if (end >= this.text.length) throw this.fail('a quote that is not closed');
    const decoded = decodeAnsi(this.text.slice(start, end));
    this.at = end + 1;
    if (decoded === null) found.push({ kind: 'unknown', reason: "an escape in $'…'", mayAssign: false });
    else addText(found, decoded, true);
  }
}

function addText(found: Piece[], text: string, isQuoted: boolean): void {
  const last = found.at(-1);
  if (last?.kind === 'text' && last.isQuoted === isQuoted) {
    found[found.length - 1] = { ...last, text: last.text + text };
  } else {
    found.push({ kind: 'text', text, isQuoted });
  }
}

function readOperator(text: string): Operator | null {
  switch (text.charAt(0) === ':' ? text : text.charAt(0)) {
    case ':-':
      return ':-';
    case ':=':
      return ':=';
    case ':+':
      return ':+';
    case ':?':
      return ':?';
    case '-':
      return '-';
    case '=':
      return '=';
    case '+':
      return '+';
    case '?':
      return '?';
    default:
      return null;
  }
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '?': '?',
};
const ESCAPE = /\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|([0-7]{1,3})|([\s\S]))/g;

/** `$'…'`; null when an escape makes bytes that are no text of their own. */
function decodeAnsi(source: string): string | null {
  const strange: string[] = [];
  const decoded = source.replaceAll(ESCAPE, (...[, hex, unicode, octal, simple]: (string | undefined)[]) => {
    const code = Number.parseInt(hex ?? unicode ?? octal ?? '', octal === undefined ? 16 : 8);
    const known = simple === undefined ? asciiOf(code) : SIMPLE_ESCAPES[simple];
    if (known === undefined) strange.push(source);
    return known ?? '';
  });
  return strange.length === 0 ? decoded : null;
}

function asciiOf(code: number): string | undefined {
  return code > 0 && code < 0x80 ? String.fromCharCode(code) : undefined;
}
