import { type Evaluated, evaluatePieces, isAssigning } from './evaluate-word';
import { joined, type ScriptValue } from './script-value';
import { type Command, plainText, type Simple, type Span, type Step, type Word } from './syntax';
import type { Variables } from './variables';

/** One `NAME=value` of a script. */
export type ScriptAssignment = Span & {
  readonly name: string;
  /** Place of the value alone. */
  readonly valueStart: number;
  readonly value: ScriptValue;
  /** The text that stands in the script itself. */
  readonly own: string;
};

type Expanded = {
  readonly word: Word;
  readonly given:
    (Evaluated & { readonly name: string; readonly headLength: number; readonly appends: boolean }) | null;
};

const ASSIGNMENT = /^([A-Za-z_]\w*)(\+?)=/;
const NAME = /^[A-Za-z_]\w*$/;
/** Builtins that change nothing that a recipe sees. Every command that is none of bash's own is harmless too. */
const FICKLE = new Set(
  'source . eval exec read mapfile readarray getopts let trap enable local coproc break continue shift logout bind fc'.split(
    ' ',
  ),
);
const DECLARERS = new Set(['export', 'declare', 'typeset', 'readonly']);

/** Follows a script's commands as far as their effect is certain; what is not becomes `unknown`. */
export class Follower {
  readonly assignments: ScriptAssignment[] = [];
  /** `return` or `exit` has been met: nothing behind it runs. */
  hasEnded = false;
  private readonly functions = new Set<string>();
  private readonly text: string;
  private readonly variables: Variables;

  constructor(text: string, variables: Variables) {
    this.text = text;
    this.variables = variables;
  }

  step({ command, isConditional, isApart }: Step): void {
    if (isApart || this.hasEnded) return;
    if (command.kind === 'function') this.functions.add(command.name);
    else if (isConditional) this.maybe(command, 'it depends on the command before');
    else if (command.kind === 'compound') this.maybe(command, `it stands in ${command.name}`);
    else this.simple(command);
  }

  private simple(command: Simple): void {
    const prefix = this.prefixOf(command);
    const [head, ...rest] = command.words.slice(prefix.length);
    if (head === undefined) {
      for (const word of prefix) this.assign(word);
      return;
    }
    if (prefix.some((word) => word.pieces.some(isAssigning))) {
      this.variables.doubtAll('an assignment within an assignment', command);
      return;
    }
    const name = plainText(head);
    if (name === null || this.functions.has(name)) {
      this.variables.doubtAll(
        name === null ? 'a command whose name is computed' : `the function ${name}`,
        head,
      );
      return;
    }
    if (DECLARERS.has(name)) this.declare(name, rest, command);
    else {
      for (const word of rest)
        evaluatePieces(word.pieces, word, { variables: this.variables, tilde: 'none' });
      this.builtin(name, rest, command);
    }
  }

  /** Assignments in front of a command, or all of it. */
  private prefixOf({ words }: Simple): readonly Word[] {
    const end = words.findIndex((word) => !this.isAssignment(word));
    return end === -1 ? words : words.slice(0, end);
  }

  private isAssignment(word: Word): boolean {
    return /^[A-Za-z_]\w*(\+?=|\[)/.test(this.text.slice(word.start, word.end));
  }

  private assign(word: Word): string | null {
    return this.settle(this.expand(word));
  }

  /** What an assignment would give; null for an array. */
  private expand(word: Word): Expanded {
    const [head = '', name = '', plus] = ASSIGNMENT.exec(this.text.slice(word.start, word.end)) ?? [];
    if (head === '') return { word, given: null };
    const context = { variables: this.variables, tilde: 'assignment' } as const;
    const evaluated = evaluatePieces(withoutHead(word, head.length), word, context);
    return { word, given: { ...evaluated, name, headLength: head.length, appends: plus === '+' } };
  }

  private settle({ word, given }: Expanded): string | null {
    if (given === null) {
      const array = /^\w+/.exec(this.text.slice(word.start, word.end))?.[0] ?? '';
      this.variables.makeStrange(array, { reason: 'an array', at: word });
      return null;
    }
    const { name, own, headLength } = given;
    const value = given.appends ? this.appended(name, given.value, word) : given.value;
    this.variables.set(name, value, word);
    const { start, end } = word;
    this.assignments.push({ name, start, end, valueStart: start + headLength, value, own });
    return name;
  }

  private appended(name: string, value: ScriptValue, at: Span): ScriptValue {
    const before = this.variables.get(name, at);
    return before.kind === 'unset' ? value : joined(before, value, at);
  }

  private declare(builtin: string, words: readonly Word[], command: Simple): void {
    const flags = words.map(plainText).filter((word) => word !== null && /^[-+]/.test(word));
    const letters = flags.map((flag) => flag?.slice(1) ?? '').join('');
    const isUnusual = flags.some((flag) => flag?.startsWith('+') ?? false);
    const known = builtin === 'export' ? /^[npf-]*$/ : /^[xgr-]*$/;
    if (!known.test(letters) || letters.includes('f')) {
      if (letters.includes('f')) return;
      this.strange(words, command);
      return;
    }
    if (isUnusual) {
      this.strange(words, command);
      return;
    }
    const isExport = builtin === 'export' || letters.includes('x');
    // bash expands all words before it assigns the first
    const expanded = words.map((word) =>
      this.isAssignment(word) ? this.expand(word) : { word, given: null },
    );
    for (const one of expanded) this.declareOne(one, { builtin, letters, isExport });
  }

  private declareOne(
    expanded: Expanded,
    { builtin, letters, isExport }: { builtin: string; letters: string; isExport: boolean },
  ): void {
    const { word } = expanded;
    const plain = plainText(word);
    if (plain !== null && /^[-+]/.test(plain)) return;
    const isAssignment = this.isAssignment(word);
    const hasBraces = word.pieces.some(
      (piece) => piece.kind === 'text' && !piece.isQuoted && /\{[^}]*(,|\.\.)/.test(piece.text),
    );
    if ((!isAssignment && (plain === null || !NAME.test(plain))) || hasBraces) {
      this.variables.doubtAll('names that are computed', word);
      return;
    }
    const name = isAssignment ? this.settle(expanded) : plain;
    if (name === null) return;
    if (isExport) this.variables.export(name, !letters.includes('n'), word);
    if (builtin === 'readonly' || letters.includes('r')) this.variables.makeReadOnly(name);
  }

  /** Attributes such as -i and -u change what is assigned. */
  private strange(words: readonly Word[], command: Simple): void {
    for (const word of words) {
      const name = /^[A-Za-z_]\w*/.exec(this.text.slice(word.start, word.end))?.[0];
      if (name === undefined) continue;
      this.variables.makeStrange(name, { reason: 'a variable with an attribute', at: command });
    }
  }

  private builtin(name: string, words: readonly Word[], command: Simple): void {
    const plain = words.map(plainText);
    if (name === 'return' || name === 'exit') {
      this.hasEnded = true;
      if (name === 'exit') this.variables.doubtAll('the script ends the shell with exit', command);
    } else if (name === 'set') this.set(plain, command);
    else if (name === 'unset') this.unset(words, command);
    else if (isFickle(name, plain)) this.variables.doubtAll(describe(name, plain), command);
  }

  // eslint-disable-next-line complexity -- every option of one builtin is one decision
  private set(words: readonly (string | null)[], command: Simple): void {
    for (const [index, word] of words.entries()) {
      if (word === '--' || word === '-') return;
      const isOption = word !== null && /^[-+][aefuxvhEHTo]+$/.test(word);
      const isName =
        word !== null && /^(allexport|errexit|nounset|pipefail|xtrace|noglob|verbose)$/.test(word);
      const followsO = /^[-+]\w*o$/.test(words[index - 1] ?? '');
      if (!(isOption || (isName && followsO))) {
        this.variables.doubtAll('set', command);
        return;
      }
      const turn = followsO ? words[index - 1] : word;
      if (isOption ? word.includes('a') : word === 'allexport')
        this.variables.exportsAll = turn?.startsWith('-') === true;
    }
  }

  private unset(words: readonly Word[], command: Simple): void {
    const plain = words.map(plainText);
    if (plain[0] === '-f') return;
    for (const name of plain[0] === '-v' ? plain.slice(1) : plain) {
      if (name !== null && NAME.test(name)) this.variables.unset(name, command);
      else this.variables.doubtAll('unset', command);
    }
  }

  /** It may run or not: whatever it would set is unknown. */
  private maybe(command: Exclude<Command, { kind: 'function' }>, reason: string): void {
    const parts = command.kind === 'compound' ? command.inside : [command];
    for (const part of parts) this.maybeSimple(part, reason);
  }

  // eslint-disable-next-line complexity -- one question: what could this command have changed?
  private maybeSimple(command: Simple, reason: string): void {
    const prefix = this.prefixOf(command);
    const [head, ...rest] = command.words.slice(prefix.length);
    const name = head === undefined ? '' : plainText(head);
    const plain = rest.map(plainText);
    const isDeclaring =
      name === '' || (name !== null && (DECLARERS.has(name) || name === 'unset' || name === 'for'));
    if (
      command.words.some((word) => word.pieces.some(isAssigning)) ||
      name === null ||
      this.functions.has(name)
    ) {
      this.variables.doubtAll(reason, command);
      return;
    }
    if (!isDeclaring) {
      const stops = name === 'return' || name === 'exit' || name === 'set';
      if (stops || isFickle(name, plain))
        this.variables.doubtAll(`${describe(name, plain)}, and ${reason}`, command);
      return;
    }
    this.markAll(name === '' ? prefix : name === 'for' ? rest.slice(0, 1) : rest, { reason, at: command });
  }

  private markAll(words: readonly Word[], doubt: { readonly reason: string; readonly at: Span }): void {
    for (const word of words) {
      const source = this.text.slice(word.start, word.end);
      if (source.startsWith('-')) continue;
      const [head = '', name] = /^([A-Za-z_]\w*)(?:\+?=|(?=\[)|$)/.exec(source) ?? [];
      if (name === undefined) {
        this.variables.doubtAll('names that are computed', doubt.at);
        return;
      }
      this.variables.mark(name, doubt);
      if (!head.endsWith('=')) continue;
      // a value that may never be assigned, but is written in the script all the same
      const own = withoutHead(word, head.length).map((piece) => (piece.kind === 'text' ? piece.text : ''));
      const { start, end } = word;
      const value: ScriptValue = { kind: 'unknown', ...doubt };
      this.assignments.push({ name, start, end, valueStart: start + head.length, value, own: own.join('') });
    }
  }
}

/** The pieces behind `NAME=`, which is unquoted text at the word's beginning. */
function withoutHead({ pieces }: Word, length: number): Word['pieces'] {
  const [first, ...rest] = pieces;
  if (first?.kind !== 'text') return pieces;
  const text = first.text.slice(length);
  return text === '' ? rest : [{ ...first, text }, ...rest];
}

function isFickle(name: string, words: readonly (string | null)[]): boolean {
  if (FICKLE.has(name)) return true;
  if (name === 'printf') return words[0] === '-v' || words[0] === null;
  if (name === 'shopt')
    return words.some((word) => word === null || /^(lastpipe|expand_aliases|compat|assoc)/.test(word));
  if (name !== 'command' && name !== 'builtin') return false;
  const [first] = words;
  if (first === '-v' || first === '-V') return false;
  return first == null || first.startsWith('-') || isBuiltin(first);
}

function isBuiltin(name: string): boolean {
  return (
    FICKLE.has(name) ||
    DECLARERS.has(name) ||
    ['set', 'unset', 'printf', 'shopt', 'return', 'exit'].includes(name)
  );
}

function describe(name: string, words: readonly (string | null)[]): string {
  if (name === 'source' || name === '.')
    return `it reads another script${words[0] == null ? '' : `, ${words[0]}`}`;
  return `the command ${name}`;
}
