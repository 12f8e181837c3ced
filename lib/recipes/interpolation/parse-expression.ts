import type { ConfigKey, ConfigScalar } from '@/lib/recipes/config-value';
import type { Element, Interpolation, Text } from './expression';
import { grammarFailure, type GrammarToken, type GrammarTokenKind, tokenize } from './tokenize';

/** Interpolations nest; a chain of braces deeper than this is an attack or an accident. */
const DEEPEST = 64;
const KEPT = 2048;
const texts = new Map<string, Text>();

/** A whole string of a configuration. Throws a Failure of class `grammar`. */
export function parseText(source: string): Text {
  const known = texts.get(source);
  if (known !== undefined) return known;
  const parser = new ExpressionParser(source, 'top');
  const text = parser.text();
  parser.end();
  if (texts.size >= KEPT) texts.clear();
  texts.set(source, text);
  return text;
}

/** A single value by the resolver-argument grammar: what `oc.decode` reads. */
export function parseElement(source: string): Element {
  const parser = new ExpressionParser(source, 'value');
  const element = parser.element();
  parser.end();
  return element;
}

const PRIMITIVES: ReadonlySet<GrammarTokenKind | 'end'> = new Set([
  'id',
  'null',
  'int',
  'float',
  'bool',
  'character',
  'colon',
  'escape',
  'space',
  'open',
]);

function everySecond(text: string): string {
  let out = '';
  for (let at = 1; at < text.length; at += 2) out += text.charAt(at);
  return out;
}

/** The value of a single unquoted word. */
export function wordValue(kind: string, text: string): ConfigScalar {
  switch (kind) {
    case 'null':
      return { kind: 'null' };
    case 'bool':
      return { kind: 'bool', value: text.toLowerCase() === 'true' };
    case 'int': {
      const digits = text.replaceAll('_', '').replace('+', '');
      return { kind: 'int', value: digits.startsWith('-') ? -BigInt(digits.slice(1)) : BigInt(digits) };
    }
    case 'float':
      return { kind: 'float', value: floatWord(text) };
    case 'escape':
      return { kind: 'string', value: everySecond(text) };
    default:
      return { kind: 'string', value: text };
  }
}

function floatWord(text: string): number {
  const clean = text.replaceAll('_', '').toLowerCase();
  if (clean.endsWith('inf'))
    return clean.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return clean.endsWith('nan') ? Number.NaN : Number(clean);
}

class ExpressionParser {
  private readonly source: string;
  private readonly tokens: readonly GrammarToken[];
  private at = 0;
  private depth = 0;

  constructor(source: string, mode: 'top' | 'value') {
    this.source = source;
    this.tokens = tokenize(source, mode);
  }

  private kind(): GrammarTokenKind | 'end' {
    return this.tokens[this.at]?.kind ?? 'end';
  }

  private next(): GrammarToken {
    const token = this.tokens[this.at];
    if (token === undefined) return this.fail();
    this.at += 1;
    return token;
  }

  private expect(kind: GrammarTokenKind): GrammarToken {
    return this.kind() === kind ? this.next() : this.fail();
  }

  private fail(): never {
    const token = this.tokens[this.at];
    const where = token === undefined ? 'ends too early' : `cannot be read at "${token.text}"`;
    throw grammarFailure(`The interpolation "${this.source}" ${where}.`);
  }

  private deeper<T>(read: () => T): T {
    this.depth += 1;
    if (this.depth > DEEPEST)
      throw grammarFailure(`The interpolation is nested more than ${DEEPEST} levels deep.`);
    const value = read();
    this.depth -= 1;
    return value;
  }

  end(): void {
    if (this.kind() !== 'end') this.fail();
  }

  text(): Text {
    const parts: (string | Interpolation)[] = [];
    let plain = '';
    while (this.kind() !== 'end' && this.kind() !== 'quote-close') {
      if (this.kind() === 'open') {
        if (plain !== '') parts.push(plain);
        plain = '';
        parts.push(this.interpolation());
      } else plain += this.plainPart(this.next());
    }
    if (plain !== '') parts.push(plain);
    return parts.length === 0 && this.kind() === 'end' ? this.fail() : parts;
  }

  /** Backslashes matter only before `${`, and in quotes before the quote and at the end. */
  private plainPart({ kind, text }: GrammarToken): string {
    if (kind === 'string') return text;
    if (kind === 'escaped-open') return text.slice(-(Math.floor(text.length / 2) + 1));
    if (kind === 'escape') return everySecond(text);
    const next = this.kind();
    if (kind === 'top-backslashes') return next === 'open' ? everySecond(text) : text;
    if (kind !== 'quoted-backslashes') return this.fail();
    return next === 'open' || next === 'quote-close' ? everySecond(text) : text;
  }

  private interpolation(): Interpolation {
    return this.deeper(() => {
      const { start } = this.expect('open');
      const key: (string | Interpolation)[] = [];
      while (this.kind() === 'dot') key.push(this.next().text);
      let mayBeCall = key.length === 0;
      mayBeCall = this.segment(key, this.kind() === 'bracket-open') && mayBeCall;
      for (;;) {
        const isBracket = this.kind() === 'bracket-open';
        if (!isBracket && this.kind() !== 'dot') break;
        if (!isBracket) key.push(this.next().text);
        mayBeCall = this.segment(key, isBracket) && mayBeCall;
      }
      if (this.kind() === 'colon' && mayBeCall) return this.call(start, key);
      const close = this.expect('close');
      return { kind: 'reference', key, start, end: close.start + close.text.length };
    });
  }

  /** One key, in brackets or not; true when a resolver's name may hold it. */
  private segment(key: (string | Interpolation)[], inBrackets: boolean): boolean {
    if (inBrackets) key.push(this.next().text);
    const isKey = this.kind() === 'key';
    if (this.kind() === 'open') key.push(this.interpolation());
    else if (isKey || this.kind() === 'id') key.push(this.next().text);
    else this.fail();
    if (inBrackets) key.push(this.expect('bracket-close').text);
    return !inBrackets && !isKey;
  }

  private call(start: number, name: Text): Interpolation {
    this.expect('colon');
    const args = this.kind() === 'brace-close' ? [] : this.sequence('brace-close');
    const close = this.expect('brace-close');
    return { kind: 'call', name, args, start, end: close.start + close.text.length };
  }

  /** Elements between commas; an empty place means ''. */
  private sequence(close: GrammarTokenKind): readonly Element[] {
    const items: Element[] = [];
    const empty: Element = { kind: 'literal', value: { kind: 'string', value: '' } };
    let afterComma = true;
    while (this.kind() !== close) {
      if (this.kind() === 'comma') {
        this.next();
        if (afterComma) items.push(empty);
        afterComma = true;
      } else {
        if (!afterComma) this.fail();
        items.push(this.element());
        afterComma = false;
      }
    }
    if (afterComma) items.push(empty);
    return items;
  }

  element(): Element {
    return this.deeper(() => {
      const kind = this.kind();
      if (kind === 'quote-open') return this.quoted();
      if (kind === 'bracket-open') return this.list();
      return kind === 'brace-open' ? this.map() : this.primitive();
    });
  }

  private quoted(): Element {
    this.next();
    const text = this.kind() === 'quote-close' ? [] : this.text();
    this.expect('quote-close');
    return { kind: 'text', text };
  }

  private list(): Element {
    this.next();
    const items = this.kind() === 'bracket-close' ? [] : this.sequence('bracket-close');
    this.expect('bracket-close');
    return { kind: 'list', items };
  }

  private map(): Element {
    this.next();
    const entries: (readonly [ConfigKey, Element])[] = [];
    while (this.kind() !== 'brace-close') {
      if (entries.length > 0) this.expect('comma');
      const key = this.mapKey();
      this.expect('colon');
      entries.push([key, this.element()]);
    }
    this.next();
    return { kind: 'map', entries };
  }

  private mapKey(): ConfigKey {
    const words: GrammarToken[] = [];
    while (PRIMITIVES.has(this.kind()) && this.kind() !== 'colon' && this.kind() !== 'open')
      words.push(this.next());
    const [only] = words;
    if (only === undefined) return this.fail();
    if (words.length > 1) return { kind: 'string', value: words.map(joined).join('') };
    const value = wordValue(only.kind, only.text);
    return value.kind === 'path' ? this.fail() : value;
  }

  private primitive(): Element {
    const parts: (GrammarToken | Interpolation)[] = [];
    while (PRIMITIVES.has(this.kind()))
      parts.push(this.kind() === 'open' ? this.interpolation() : this.next());
    const [only] = parts;
    if (only === undefined) return this.fail();
    if (parts.length > 1)
      return { kind: 'text', text: parts.map((part) => ('text' in part ? joined(part) : part)) };
    if ('text' in only) return { kind: 'literal', value: wordValue(only.kind, only.text) };
    return { kind: 'interpolation', interpolation: only };
  }
}

function joined(token: GrammarToken): string {
  return token.kind === 'escape' ? everySecond(token.text) : token.text;
}
