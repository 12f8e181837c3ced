// What a bash script looks like to the reader: words, simple commands and the lists that they stand in. The reader
// knows the part of bash that environment scripts are made of; the rest becomes `unknown`, never a guess.

export type Span = { readonly start: number; readonly end: number };

/** A piece of a word. Text is as bash would have it after quotes are removed. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly isQuoted: boolean }
  | {
      readonly kind: 'variable';
      readonly name: string;
      /** `:-`, `-`, `:=`, `=`, `:+`, `+`, `:?`, `?` with the word behind it. */
      readonly operator: Operator | null;
      readonly argument: readonly Piece[];
    }
  /** What only bash can know. `mayAssign`: it may change variables of the script too. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly mayAssign: boolean };

export type Operator = ':-' | '-' | ':=' | '=' | ':+' | '+' | ':?' | '?';

export type Word = Span & { readonly pieces: readonly Piece[] };

export type Simple = Span & { readonly kind: 'simple'; readonly words: readonly Word[] };
/** Several commands of which nobody knows which will run: `if`, loops, groups. */
export type Compound = Span & {
  readonly kind: 'compound';
  /** As it is called in a message: "an if", "a loop". */
  readonly name: string;
  /** Simple commands anywhere inside; null for what changes nothing outside itself. */
  readonly inside: readonly Simple[];
};
/** `name() { … }` */
export type Definition = Span & { readonly kind: 'function'; readonly name: string };

export type Command = Simple | Compound | Definition;

/** A command and how it hangs together with the one before. */
export type Step = {
  readonly command: Command;
  /** Behind `&&` or `||`: it may not run. */
  readonly isConditional: boolean;
  /** In a pipeline or the background: it runs in a shell of its own and changes nothing here. */
  readonly isApart: boolean;
};

/** The text of a word without any expansion; null when it has one. */
export function plainText(word: Word): string | null {
  let text = '';
  for (const piece of word.pieces) {
    if (piece.kind !== 'text') return null;
    text += piece.text;
  }
  return text;
}

/** What the reader throws when the text is not what it knows; caught where reading begins. */
export class NotUnderstood extends Error {
  readonly at: Span;

  constructor(reason: string, at: Span) {
    super(reason);
    this.name = 'NotUnderstood';
    this.at = at;
  }
}
