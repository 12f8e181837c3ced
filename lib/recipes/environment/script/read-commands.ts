import { readWord } from './read-word';
import {
  type Command,
  NotUnderstood,
  plainText,
  type Simple,
  type Span,
  type Step,
  type Word,
} from './syntax';

const OPENERS: Readonly<Record<string, { readonly close: string; readonly name: string }>> = {
  if: { close: 'fi', name: 'an if' },
  for: { close: 'done', name: 'a loop' },
  while: { close: 'done', name: 'a loop' },
  until: { close: 'done', name: 'a loop' },
  select: { close: 'done', name: 'a menu' },
  case: { close: 'esac', name: 'a case' },
  '{': { close: '}', name: 'a group' },
};
const CLOSERS = new Set(['fi', 'done', 'esac', '}']);
/** Nested deeper than any script; bounds the recursion. */
const DEEPEST = 40;

type Read = {
  readonly steps: readonly Step[];
  /** Where reading had to stop, and why; null when all was read. */
  readonly stop: (Span & { readonly reason: string }) | null;
};

/** A script's commands in order, up to the first place that the reader does not understand. */
export function readCommands(text: string): Read {
  const reader = new CommandReader(text);
  try {
    reader.readAll();
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    return { steps: reader.steps, stop: { ...error.at, reason: error.message } };
  }
  return { steps: reader.steps, stop: null };
}

class CommandReader {
  readonly steps: Step[] = [];
  private at = 0;
  private depth = 0;
  private readonly heredocs: {
    readonly end: string;
    readonly stripsTabs: boolean;
    readonly start: number;
  }[] = [];

  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  readAll(): void {
    let isConditional = false;
    let isPiped = false;
    while (this.skipToCommand()) {
      const before = this.at;
      const command = this.command();
      const follower = this.connector();
      if (this.at === before) throw this.fail(`"${this.char()}"`);
      const isPipe = follower === '|' || follower === '|&';
      const isApart = isPiped || isPipe || follower === '&';
      this.steps.push({ command, isConditional, isApart });
      isPiped = isPipe;
      // once one part of a list depends on another, so does the rest of the list
      isConditional = follower === '&&' || follower === '||' || (isConditional && isPipe);
    }
  }

  private fail(reason: string): NotUnderstood {
    return new NotUnderstood(reason, { start: this.at, end: Math.min(this.at + 1, this.text.length) });
  }

  private char(offset = 0): string {
    return this.text.charAt(this.at + offset);
  }

  /** Past blanks, comments and continued lines; never past a line's end. */
  private skipBlanks(): void {
    for (;;) {
      if (this.char() === ' ' || this.char() === '\t') this.at += 1;
      else if (this.text.startsWith('\\\n', this.at)) this.at += 2;
      else if (this.char() === '#') this.at = this.lineEnd();
      else return;
    }
  }

  private lineEnd(): number {
    const end = this.text.indexOf('\n', this.at);
    return end === -1 ? this.text.length : end;
  }

  /** Past whatever stands between two commands; false at the end of the script. */
  private skipToCommand(): boolean {
    for (;;) {
      this.skipBlanks();
      if (this.char() === '\n') this.newline();
      else return this.at < this.text.length;
    }
  }

  private newline(): void {
    this.at += 1;
    for (const { end, stripsTabs, start } of this.heredocs.splice(0)) {
      for (;;) {
        if (this.at >= this.text.length)
          throw new NotUnderstood('a here-document without its end', { start, end: start + 2 });
        const line = this.text.slice(this.at, this.lineEnd());
        this.at = Math.min(this.lineEnd() + 1, this.text.length);
        if ((stripsTabs ? line.replace(/^\t+/, '') : line) === end) break;
        if (/\$\{\w+:?=|\$\(\(|`/.test(line)) throw this.fail('a here-document that may set variables');
      }
    }
  }

  /** What stands behind a command; '' at the end of a line. */
  private connector(): string {
    this.skipBlanks();
    const found = /^(&&|\|\||\|&|;|&(?!>)|\|)/.exec(this.text.slice(this.at, this.at + 2))?.[0] ?? '';
    if (found === ';' && this.char(1) === ';') throw this.fail('a part of a case');
    this.at += found.length;
    if (found === '' && this.at < this.text.length && this.char() !== '\n')
      throw this.fail(`"${this.char()}"`);
    return found;
  }

  // eslint-disable-next-line complexity -- one flat choice by the first word
  private command(): Command {
    const start = this.at;
    if (this.char() === '(') return this.parenthesis(start);
    const first = readWord(this.text, this.at);
    const word = isPlainWord(this.text, first) ? plainText(first) : null;
    if (word === null) return this.simple();
    if (CLOSERS.has(word) || word === 'then' || word === 'do' || word === 'else' || word === 'elif')
      throw this.fail(`"${word}" without its beginning`);
    if (word === '!' || word === 'time') {
      this.at = first.end;
      this.skipBlanks();
      return this.simple();
    }
    if (word === 'function') return this.definition(start, first.end, true);
    if (/^[\w.:-]+$/.test(word) && /^[ \t]*\([ \t]*\)/.test(this.text.slice(first.end, first.end + 20)))
      return this.definition(start, start, false);
    const opener = Object.hasOwn(OPENERS, word) ? OPENERS[word] : undefined;
    if (opener !== undefined) return this.compound(start, opener);
    if (word === '[[') return this.condition(start);
    if (word === 'coproc') throw this.fail('coproc');
    return this.simple();
  }

  // eslint-disable-next-line complexity -- one loop over the words of a command
  private simple(): Simple {
    const start = this.at;
    const words: Word[] = [];
    for (;;) {
      this.skipBlanks();
      const char = this.char();
      if (char === '' || char === '\n' || char === ';' || char === '|' || char === ')') break;
      if (char === '&' && this.char(1) !== '>') break;
      if (this.redirection()) continue;
      if (char === '(') throw this.fail('an array or a parenthesis');
      const word = readWord(this.text, this.at);
      if (word.end === this.at) throw this.fail(`"${char}"`);
      this.at = word.end;
      if (this.char() === '(') throw this.fail('an array or a parenthesis');
      words.push(word);
    }
    return { kind: 'simple', words, start, end: words.at(-1)?.end ?? this.at };
  }

  /** `> file`, `2>&1`, `<< END`; the word behind it sets nothing. */
  private redirection(): boolean {
    const found = /^\d*(<<<|<<-|<<|<>|>>|>&|<&|>\||&>>|&>|<|>)/.exec(this.text.slice(this.at, this.at + 12));
    if (found === null) return false;
    const operator = found[1] ?? '';
    const start = this.at;
    this.at += found[0].length;
    if (this.char() === '(') throw this.fail('a process substitution');
    this.skipBlanks();
    const word = readWord(this.text, this.at);
    if (word.end === this.at || word.pieces.some((piece) => piece.kind === 'unknown' || isAssigning(piece)))
      throw this.fail('a redirection that is too intricate');
    this.at = word.end;
    if (operator === '<<' || operator === '<<-') {
      this.heredocs.push({ end: plainText(word) ?? '', stripsTabs: operator === '<<-', start });
    }
    return true;
  }

  /** `( … )` runs in a shell of its own; `(( … ))` is arithmetic. */
  private parenthesis(start: number): Command {
    if (this.char(1) === '(') throw this.fail('arithmetic, ((…))');
    this.at += 1;
    this.body([')'], []);
    this.at += 1;
    this.trailingRedirections();
    return { kind: 'compound', name: 'a subshell', inside: [], start, end: this.at };
  }

  /** `[[ … ]]` sets nothing that matters, unless it computes. */
  private condition(start: number): Simple {
    const end = /^\[\[\s[^\n`;]*?\s\]\]/.exec(this.text.slice(start, this.lineEnd()))?.[0];
    if (end === undefined || /\$\(|\$\{\w+:?=|=~|-eq|-ne|-lt|-le|-gt|-ge|#/.test(end))
      throw this.fail('a test, [[…]]');
    this.at = start + end.length;
    return { kind: 'simple', words: [], start, end: this.at };
  }

  private compound(start: number, { close, name }: { close: string; name: string }): Command {
    const inside: Simple[] = [];
    const keyword = readWord(this.text, this.at);
    this.at = keyword.end;
    if (name === 'a case') this.cases(inside);
    else if (plainText(keyword) === 'for' || name === 'a menu') {
      inside.push(this.head(keyword));
      this.connector();
      this.body([close], inside);
    } else this.body([close], inside);
    this.at = readWord(this.text, this.at).end;
    this.trailingRedirections();
    return { kind: 'compound', name, inside, start, end: this.at };
  }

  /** `for NAME in …` as a command called `for`. */
  private head(keyword: Word): Simple {
    const rest = this.simple();
    return { ...rest, words: [keyword, ...rest.words], start: keyword.start };
  }

  private trailingRedirections(): void {
    this.skipBlanks();
    while (this.redirection()) this.skipBlanks();
  }

  /** Commands up to a word that closes them, which stays unread. */
  private body(closers: readonly string[], inside: Simple[]): void {
    this.depth += 1;
    if (this.depth > DEEPEST) throw this.fail(`more than ${DEEPEST} blocks in one another`);
    while (this.skipToCommand()) {
      if (this.closes(closers)) {
        this.depth -= 1;
        return;
      }
      const before = this.at;
      this.part(inside);
      if (this.at === before) throw this.fail(`"${this.char()}"`);
    }
    throw this.fail(`a block without its end (${closers.join(' or ')})`);
  }

  private closes(closers: readonly string[]): boolean {
    return closers.some((closer) => {
      if (!this.text.startsWith(closer, this.at)) return false;
      return closer === ')' || closer === ';;' || isWordEnd(this.text.charAt(this.at + closer.length));
    });
  }

  /** One command inside a block, and what connects it to the next. */
  private part(inside: Simple[]): void {
    const first = readWord(this.text, this.at);
    const word = isPlainWord(this.text, first) ? plainText(first) : null;
    if (word === 'then' || word === 'do' || word === 'else' || word === 'elif') {
      this.at = first.end;
      return;
    }
    const command = this.command();
    if (command.kind === 'simple') inside.push(command);
    if (command.kind === 'compound') inside.push(...command.inside);
    this.skipBlanks();
    if (this.char() === ')' || this.text.startsWith(';;', this.at)) return;
    this.connector();
  }

  /** `case WORD in pattern) … ;; esac` */
  private cases(inside: Simple[]): void {
    this.skipBlanks();
    this.at = readWord(this.text, this.at).end;
    this.skipBlanks();
    if (!/^in\s/.test(this.text.slice(this.at, this.at + 3))) throw this.fail('a case without "in"');
    this.at += 2;
    while (this.skipToCommand()) {
      if (this.closes(['esac'])) return;
      const pattern = /^\(?[^()\n"'`$#]*\)/.exec(this.text.slice(this.at, this.lineEnd()))?.[0];
      if (pattern === undefined) throw this.fail('a pattern that is too intricate');
      this.at += pattern.length;
      this.body([';;', 'esac'], inside);
      if (this.closes([';;'])) this.at += 2;
    }
    throw this.fail('a case without its end');
  }

  /** A function is read and put aside: it does nothing until it is called. */
  private definition(start: number, nameAt: number, hasKeyword: boolean): Command {
    this.at = nameAt;
    this.skipBlanks();
    const name = readWord(this.text, this.at);
    this.at = name.end;
    const brackets = /^[ \t]*\([ \t]*\)/.exec(this.text.slice(this.at, this.at + 20))?.[0] ?? '';
    if (brackets === '' && !hasKeyword) throw this.fail('a function');
    this.at += brackets.length;
    if (!this.skipToCommand()) throw this.fail('a function without its body');
    const body = this.command();
    if (body.kind !== 'compound') throw this.fail('a function without its body');
    return { kind: 'function', name: plainText(name) ?? '', start, end: this.at };
  }
}

function isAssigning(piece: Word['pieces'][number]): boolean {
  return piece.kind === 'variable' && (piece.operator?.includes('=') ?? false);
}

/** Keywords count only when no part of them is quoted. */
function isPlainWord(text: string, word: Word): boolean {
  return word.end > word.start && !/["'\\$`]/.test(text.slice(word.start, word.end));
}

function isWordEnd(char: string): boolean {
  return char === '' || /[\s;&|()<>]/.test(char);
}
