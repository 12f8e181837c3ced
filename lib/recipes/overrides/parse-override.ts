import type { ConfigKey } from '@/lib/recipes/config-value';
import { Failure } from '@/lib/recipes/failure';
import { wordValue } from '@/lib/recipes/interpolation/parse-expression';
import { VALUE_WORDS } from '@/lib/recipes/interpolation/tokenize';
import { callFunction } from './call-function';
import type { Override } from './override';
import { type OverrideValue, settledValue } from './override-value';

const ID = VALUE_WORDS.id;
const SPECIAL = '[a-zA-Z_$][a-zA-Z0-9_$-]*';
const STEP = `(?:${SPECIAL}|${VALUE_WORDS.unsignedInt})`;
const PACKAGE = `(?:${STEP}(?:\\.${STEP})+|${SPECIAL}|)`;
const KEY = new RegExp(`^(~|\\+\\+|\\+|)(${ID}(?:/${ID})+|${PACKAGE})(?:@(${PACKAGE}))?(?:=[ \\t]*([^]*))?$`);

const ACTIONS = { '': 'change', '+': 'add', '++': 'force-add', '~': 'delete' } as const;

function isSign(text: string): text is keyof typeof ACTIONS {
  return Object.hasOwn(ACTIONS, text);
}

/** `a.b=1`, `+a.b=1`, `++a.b=1`, `~a.b`. Throws a Failure of class `override_syntax`. */
export function parseOverride(text: string, index: number): Override {
  const match = KEY.exec(text);
  const [, sign = '', key = '', ownPackage = null, value] = match ?? [];
  if (match === null || !isSign(sign) || (value === undefined && sign !== '~'))
    throw syntaxFailure(
      text,
      'Write key=value, +key=value to add, ++key=value to add or change, ~key to delete; a key is names joined by dots.',
    );
  const parsed = value === undefined ? null : parseValue(text, value);
  return {
    text,
    index,
    action: ACTIONS[sign],
    key,
    package: ownPackage,
    value: parsed === null ? null : settledValue(parsed),
    isSweep: parsed?.kind === 'sweep',
  };
}

function syntaxFailure(text: string, hint: string): Failure {
  return new Failure({ class: 'override_syntax', message: `The override "${text}" cannot be read. ${hint}` });
}

function parseValue(text: string, value: string): OverrideValue {
  if (value === '') return { kind: 'string', value: '' };
  const parser = new ValueParser(text, value);
  return parser.whole();
}

type WordKind =
  | 'open'
  | 'close'
  | 'comma'
  | 'list-open'
  | 'list-close'
  | 'map-open'
  | 'map-close'
  | 'colon'
  | 'equal'
  | 'float'
  | 'int'
  | 'bool'
  | 'null'
  | 'character'
  | 'id'
  | 'escape'
  | 'space'
  | 'quoted'
  | 'interpolation';
type Word = { readonly kind: WordKind; readonly text: string };

const WORDS: readonly (readonly [WordKind, RegExp])[] = (
  [
    ['open', '[ \\t]*\\([ \\t]*'],
    ['comma', '[ \\t]*,[ \\t]*'],
    ['close', '[ \\t]*\\)'],
    ['list-open', '\\[[ \\t]*'],
    ['list-close', '[ \\t]*\\]'],
    ['map-open', '\\{[ \\t]*'],
    ['map-close', '[ \\t]*\\}'],
    ['colon', '[ \\t]*:[ \\t]*'],
    ['equal', '[ \\t]*=[ \\t]*'],
    ['float', VALUE_WORDS.float],
    ['int', VALUE_WORDS.int],
    ['bool', VALUE_WORDS.bool],
    ['null', VALUE_WORDS.null],
    ['character', VALUE_WORDS.character],
    ['id', ID],
    ['escape', VALUE_WORDS.escape],
    ['space', VALUE_WORDS.space],
    ['quoted', `"(?:[^"\\\\]|\\\\[^])*"|'(?:[^'\\\\]|\\\\[^])*'`],
    ['interpolation', '\\$\\{[^}]+\\}'],
  ] as const
).map(([kind, source]) => [kind, new RegExp(source, 'y')]);

const KEY_WORDS: ReadonlySet<WordKind> = new Set([
  'id',
  'null',
  'int',
  'float',
  'bool',
  'character',
  'escape',
  'space',
]);
const PRIMITIVE_WORDS: ReadonlySet<WordKind> = new Set([...KEY_WORDS, 'interpolation', 'colon']);
const DEEPEST = 64;

class ValueParser {
  private readonly override: string;
  private readonly words: readonly Word[];
  private at = 0;
  private depth = 0;

  constructor(override: string, value: string) {
    this.override = override;
    this.words = this.split(value);
  }

  private fail(hint = 'Put a text with special characters in quotes.'): never {
    throw syntaxFailure(this.override, hint);
  }

  private split(value: string): readonly Word[] {
    const words: Word[] = [];
    let at = 0;
    while (at < value.length) {
      let best: Word | null = null;
      for (const [kind, pattern] of WORDS) {
        pattern.lastIndex = at;
        const text = pattern.exec(value)?.[0] ?? '';
        if (text.length > (best?.text.length ?? 0)) best = { kind, text };
      }
      if (best === null) return this.fail();
      words.push(best);
      at += best.text.length;
    }
    return words;
  }

  private get kind(): WordKind | 'end' {
    return this.words[this.at]?.kind ?? 'end';
  }

  private next(): Word {
    const word = this.words[this.at];
    if (word === undefined) return this.fail();
    this.at += 1;
    return word;
  }

  private take(kind: WordKind): boolean {
    if (this.kind !== kind) return false;
    this.at += 1;
    return true;
  }

  private expect(kind: WordKind): void {
    if (!this.take(kind)) this.fail();
  }

  whole(): OverrideValue {
    const first = this.element();
    const items = [first];
    while (this.take('comma')) items.push(this.element());
    if (this.kind !== 'end') this.fail();
    return items.length === 1 ? first : { kind: 'sweep', form: 'simple', items };
  }

  private element(): OverrideValue {
    this.depth += 1;
    if (this.depth > DEEPEST) this.fail(`It is nested more than ${DEEPEST} levels deep.`);
    const value = this.elementHere();
    this.depth -= 1;
    return value;
  }

  private elementHere(): OverrideValue {
    if (this.kind === 'quoted') return { kind: 'quoted', value: unquote(this.next().text) };
    if (this.take('list-open')) return this.list();
    if (this.take('map-open')) return this.map();
    if (this.kind === 'id' && this.words[this.at + 1]?.kind === 'open') return this.call();
    return this.primitive();
  }

  private list(): OverrideValue {
    const items: OverrideValue[] = [];
    while (!this.take('list-close')) {
      if (items.length > 0) this.expect('comma');
      items.push(this.element());
    }
    return { kind: 'list', items };
  }

  private map(): OverrideValue {
    const entries: (readonly [ConfigKey, OverrideValue])[] = [];
    while (!this.take('map-close')) {
      if (entries.length > 0) this.expect('comma');
      const key = this.joinWords(this.wordsOf(KEY_WORDS));
      this.expect('colon');
      entries.push([key.kind === 'path' ? this.fail() : key, this.element()]);
    }
    return { kind: 'map', entries };
  }

  private call(): OverrideValue {
    const name = this.next().text;
    this.expect('open');
    const positional: OverrideValue[] = [];
    const named = new Map<string, OverrideValue>();
    while (!this.take('close')) {
      if (positional.length + named.size > 0) this.expect('comma');
      if (this.kind === 'id' && this.words[this.at + 1]?.kind === 'equal') {
        const argument = this.next().text;
        this.expect('equal');
        named.set(argument, this.element());
      } else if (named.size > 0) this.fail('A named argument stands before an unnamed one.');
      else positional.push(this.element());
    }
    const outcome = callFunction(name, positional, named);
    return typeof outcome === 'string' ? this.fail(outcome) : outcome;
  }

  private wordsOf(kinds: ReadonlySet<WordKind>): readonly Word[] {
    const words: Word[] = [];
    while (this.kind !== 'end' && kinds.has(this.kind)) words.push(this.next());
    return words;
  }

  private primitive(): OverrideValue {
    return this.joinWords(this.wordsOf(PRIMITIVE_WORDS));
  }

  /** One word has its own type; several are a text. Spaces around do not count. */
  private joinWords(found: readonly Word[]): ReturnType<typeof wordValue> {
    const start = found[0]?.kind === 'space' ? 1 : 0;
    const end = found.length > 1 && found.at(-1)?.kind === 'space' ? -1 : undefined;
    const words = found.slice(start, end);
    const [only] = words;
    if (only === undefined) return this.fail();
    if (words.length === 1) return wordValue(only.kind, only.text);
    const text = words.map((word) => (word.kind === 'escape' ? unescape(word.text) : word.text)).join('');
    return { kind: 'string', value: text };
  }
}

function unescape(text: string): string {
  const unescaped = wordValue('escape', text);
  return unescaped.kind === 'string' ? unescaped.value : text;
}

/** Backslashes count only before the quote itself and at the end. */
function unquote(text: string): string {
  const quote = text.charAt(0);
  const run = new RegExp(`(\\\\+)(${quote}|$)`, 'g');
  return text.slice(1, -1).replaceAll(run, (_, slashes: string, mark: string) => {
    const half = '\\'.repeat(Math.floor(slashes.length / 2));
    return half + mark;
  });
}
