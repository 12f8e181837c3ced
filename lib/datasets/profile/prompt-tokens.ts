import type { DataPlan, DataProfile } from '@/lib/domain/data-profile';

/** English text has about four characters per token with today's tokenizers, other scripts fewer. */
const ASCII_PER_TOKEN = 4;
const OTHER_PER_TOKEN = 1.5;
/** What a chat template puts around one message, about. */
const TOKENS_PER_MESSAGE = 5;

/** How a variant's tokens are counted: exactly where Galley has the tokenizer, else as an estimate that is called one. */
export function tokenCounting(plan: DataPlan): DataProfile['tokens'] {
  return plan.backend === 'embedded' ? 'bytes' : 'estimate';
}

/** Tokens of a prompt as the worker sends it; null for a prompt that is neither text nor a list of messages. */
export function countPromptTokens(prompt: unknown, counting: DataProfile['tokens']): number | null {
  // the embedded model reads bytes; an empty prompt is its begin token
  if (counting === 'bytes') return typeof prompt === 'string' ? Math.max(1, Buffer.byteLength(prompt)) : null;
  if (typeof prompt === 'string') return estimate(prompt) + TOKENS_PER_MESSAGE;
  if (!Array.isArray(prompt)) return null;
  let tokens = 0;
  for (const message of prompt) {
    const text = messageText(message);
    if (text === null) return null;
    tokens += estimate(text) + TOKENS_PER_MESSAGE;
  }
  return tokens;
}

function messageText(message: unknown): string | null {
  if (typeof message !== 'object' || message === null || !('content' in message)) return null;
  return typeof message.content === 'string' ? message.content : JSON.stringify(message.content ?? '');
}

function estimate(text: string): number {
  let ascii = 0;
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) < 128) ascii += 1;
  return Math.ceil(ascii / ASCII_PER_TOKEN + (text.length - ascii) / OTHER_PER_TOKEN);
}
