/** What protocols need of a model's tokenizer. */
export type Tokenizer = {
  encode(text: string, options: { readonly appendEnd: boolean }): readonly number[];
  decode(tokens: readonly number[]): string;
  /** Text of every token id, for viewers. */
  readonly vocabulary: readonly string[];
  /** Stands for an empty prompt. */
  readonly beginToken: number;
  readonly endToken: number;
};
