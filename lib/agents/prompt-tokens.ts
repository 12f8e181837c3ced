import type { ChatMessage, Tokenizer } from '@/lib/tokenizers/tokenizer';

export type ToolList = readonly Readonly<Record<string, unknown>>[] | null;

/** What came before: exactly the tokens that were read and produced, and the messages that they stand for. */
export type Past = {
  /** Prompt and completion of the last call. */
  readonly tokens: readonly number[];
  /** All messages up to and including the last one of the model. */
  readonly messages: readonly ChatMessage[];
};

/**
 * Tokens of the next prompt. With a past they are the past's own tokens and, behind them, what the chat template puts
 * after the model's last message: nothing that was produced is tokenized again. Where the template changes what is
 * past (drops old reasoning, say), the whole conversation is tokenized anew, and a new training sequence begins.
 */
export function promptTokens(
  tokenizer: Tokenizer,
  messages: readonly ChatMessage[],
  { tools, past }: { readonly tools: ToolList; readonly past: Past | null },
): readonly number[] {
  const whole = tokenizer.applyChatTemplate(messages, { tools, addGenerationPrompt: true });
  if (past === null) return tokenizer.encode(whole);
  const before = tokenizer.applyChatTemplate(past.messages, { tools, addGenerationPrompt: false });
  if (!whole.startsWith(before)) return tokenizer.encode(whole);
  const added = closing(tokenizer, past.tokens, before) + whole.slice(before.length);
  return [...past.tokens, ...tokenizer.encode(added)];
}

/** What the template writes after the model's message to end it, less the end token if the model wrote that itself. */
function closing(tokenizer: Tokenizer, tokens: readonly number[], before: string): string {
  const last = tokens.at(-1);
  for (const end of tokenizer.eosTokenIds) {
    const text = tokenizer.decode([end], { skipSpecialTokens: false });
    const at = text === '' ? -1 : before.lastIndexOf(text);
    if (at < 0 || before.slice(at + text.length).trim() !== '') continue;
    return before.slice(last === end ? at + text.length : at);
  }
  return '';
}
