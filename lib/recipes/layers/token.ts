/** What the scanner hands to the parser. Offsets are UTF-16 offsets into the layer's text, end exclusive. */
export type Token = {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  /** Scalar text, anchor or alias name, directive name. */
  readonly value: string;
  /** A scalar without quotes, to be typed by its text. */
  readonly plain: boolean;
  /** Tag handle (null when the tag is verbatim) and suffix; or the two values of a directive. */
  readonly pair: readonly [string | null, string] | null;
};

export type TokenKind =
  | 'stream-end'
  | 'directive'
  | 'document-start'
  | 'document-end'
  | 'block-sequence-start'
  | 'block-mapping-start'
  | 'block-end'
  | '['
  | ']'
  | '{'
  | '}'
  | 'block-entry'
  | ','
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar';

export function token(kind: TokenKind, start: number, end: number): Token {
  return { kind, start, end, value: '', plain: false, pair: null };
}
