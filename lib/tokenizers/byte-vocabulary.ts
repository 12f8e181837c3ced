// Bytes are the vocabulary: any UTF-8 text is representable, and nothing has to be trained or shipped.

const BYTES = 256;
/** Stands for the start of an empty prompt: a model needs one token to predict from. */
export const BEGIN_TOKEN = 256;
/** Ends a completion. */
export const END_TOKEN = 257;
export const PAD_TOKEN = 258;
export const VOCABULARY_SIZE = 259;
/** What recipes and services call it; it is on no hub. */
export const BYTES_TOKENIZER = 'galley/bytes';

const SPECIAL_TEXT = new Map([
  [BEGIN_TOKEN, '<begin>'],
  [END_TOKEN, '<end>'],
  [PAD_TOKEN, '<pad>'],
]);

/** UTF-8 bytes of a text, with the end token if asked. `encode(a + b)` is `encode(a)` followed by `encode(b)`. */
export function encode(text: string, { appendEnd }: { readonly appendEnd: boolean }): readonly number[] {
  const bytes = [...new TextEncoder().encode(text)];
  if (appendEnd) bytes.push(END_TOKEN);
  return bytes;
}

/** Text of a token list; special tokens have none, bytes that are no UTF-8 become U+FFFD. */
export function decode(tokens: readonly number[]): string {
  return new TextDecoder().decode(Uint8Array.from(tokens.filter((token) => token < BYTES)));
}

/** What a viewer shows for one token; a byte that is no character by itself shows as `\xNN`. */
export function tokenText(token: number): string {
  if (token < 0x80) return String.fromCharCode(token);
  if (token < BYTES) return `\\x${token.toString(16).padStart(2, '0')}`;
  return SPECIAL_TEXT.get(token) ?? `<${token}>`;
}
