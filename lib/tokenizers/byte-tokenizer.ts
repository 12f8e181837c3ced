import { decode, encode, END_TOKEN, tokenText, VOCABULARY_SIZE } from './byte-vocabulary';
import type { ChatMessage, ChatTemplateOptions, Tokenizer } from './tokenizer';

/** The embedded models' tokenizer: a token is a byte of UTF-8. Special tokens have no text, so text never has one. */
export const byteTokenizer: Tokenizer = {
  name: 'bytes',
  encode: (text) => encode(text, { appendEnd: false }),
  decode: (tokens, { skipSpecialTokens = true } = {}) =>
    skipSpecialTokens ? decode(tokens) : decodeAll(tokens),
  applyChatTemplate,
  vocabSize: VOCABULARY_SIZE,
  eosTokenIds: [END_TOKEN],
};

/** A single message of the user is its text and nothing else: that is what an embedded model is warmed up on. */
function applyChatTemplate(
  messages: readonly ChatMessage[],
  { tools, addGenerationPrompt }: ChatTemplateOptions,
): string {
  const [only] = messages;
  const hasTools = tools !== undefined && tools !== null && tools.length > 0;
  if (only?.role === 'user' && messages.length === 1 && !hasTools) return textOf(only);
  const lines = messages.map((message) => `${message.role}: ${textOf(message)}${callsOf(message)}\n`);
  const offered = hasTools ? `tools: ${JSON.stringify(tools)}\n` : '';
  return `${offered}${lines.join('')}${addGenerationPrompt ? 'assistant: ' : ''}`;
}

function textOf({ content }: ChatMessage): string {
  if (typeof content === 'string') return content;
  return content === undefined || content === null ? '' : content.map(partText).join('');
}

function partText(part: unknown): string {
  const hasText = typeof part === 'object' && part !== null && 'text' in part;
  return hasText && typeof part.text === 'string' ? part.text : JSON.stringify(part);
}

function callsOf({ tool_calls: calls }: ChatMessage): string {
  return Array.isArray(calls) && calls.length > 0 ? ` calls: ${JSON.stringify(calls)}` : '';
}

/** Bytes that follow each other make characters together; a special token stands between. */
function decodeAll(tokens: readonly number[]): string {
  let text = '';
  let bytes: number[] = [];
  for (const token of tokens) {
    if (token < 256) {
      bytes.push(token);
      continue;
    }
    text += decode(bytes) + tokenText(token);
    bytes = [];
  }
  return text + decode(bytes);
}
