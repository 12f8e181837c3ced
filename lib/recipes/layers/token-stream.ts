import { yamlFailure } from './cursor';
import { Scanner } from './scanner';
import type { Token, TokenKind } from './token';

const NAMES: Readonly<Partial<Record<TokenKind, string>>> = {
  'stream-end': 'the end of the file',
  'document-start': '---',
  'document-end': '...',
  'block-sequence-start': 'a list',
  'block-mapping-start': 'a key',
  'block-end': 'the end of this block',
  'block-entry': '-',
  value: ':',
  key: 'a key',
  alias: 'an alias',
  anchor: 'an anchor',
  tag: 'a tag',
  scalar: 'a value',
};

/** The tokens of a layer, one after the other, with a look at the next one. */
export class TokenStream {
  private readonly scanner: Scanner;

  constructor(text: string) {
    this.scanner = new Scanner(text);
  }

  peek(): Token {
    return this.scanner.peek();
  }

  next(): Token {
    return this.scanner.next();
  }

  at(...kinds: readonly TokenKind[]): boolean {
    return kinds.includes(this.scanner.peek().kind);
  }

  take(kind: TokenKind): boolean {
    if (this.scanner.peek().kind !== kind) return false;
    this.scanner.next();
    return true;
  }

  failExpecting(what: string): never {
    const found = this.peek();
    return failAt(found, `Expected ${what}, but found ${NAMES[found.kind] ?? found.kind}.`);
  }
}

export function failAt(found: Token, message: string): never {
  throw yamlFailure(message, found.start, Math.max(found.end, found.start + 1));
}
