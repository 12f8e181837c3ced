/** One message of a conversation, in the words of the OpenAI chat API; what a template does not know it ignores. */
export type ChatMessage = {
  readonly role: string;
  /** Text, parts (`{ type: 'text', text }`), or null beside tool calls. */
  readonly content?: string | readonly unknown[] | null;
  /** `tool_calls`, `tool_call_id`, `name`, `reasoning_content` and whatever else the model's template reads. */
  readonly [key: string]: unknown;
};

export type ChatTemplateOptions = {
  /** Tools as JSON schemas, in the words of the OpenAI chat API. */
  readonly tools?: readonly Readonly<Record<string, unknown>>[] | null;
  /** Ends with what makes the model answer next. */
  readonly addGenerationPrompt: boolean;
  /** Further variables of the template, such as `enable_thinking`. */
  readonly variables?: Readonly<Record<string, unknown>>;
};

/**
 * Text to token ids and back, as the model was trained on them. Everything is synchronous and pure; a tokenizer is
 * loaded once (`load-tokenizer.ts`) and shared.
 */
export type Tokenizer = {
  /** The folder, hub id or model that it came from; for messages. */
  readonly name: string;
  /**
   * Names of special tokens in the text (`<|im_end|>`) become their ids. `addSpecialTokens` (default false) also puts
   * around the text what the model's post-processor does, such as a begin token; a chat template has done so already.
   */
  encode(text: string, options?: { readonly addSpecialTokens?: boolean }): readonly number[];
  /** `skipSpecialTokens` (default true) leaves special tokens out. Bytes that are no UTF-8 become U+FFFD. */
  decode(tokens: readonly number[], options?: { readonly skipSpecialTokens?: boolean }): string;
  /**
   * A conversation as the text that the model reads; `encode` of it gives the prompt's tokens. Throws
   * `AppError('unprocessable')` when the tokenizer has no chat template, or the template refuses the messages.
   */
  applyChatTemplate(messages: readonly ChatMessage[], options: ChatTemplateOptions): string;
  /** Ids are below this: the vocabulary with its added tokens. A model's embedding may have a few rows more. */
  readonly vocabSize: number;
  /** Each of these ends a generation; the first is the tokenizer's own `eos_token`. Empty when none is known. */
  readonly eosTokenIds: readonly number[];
};
