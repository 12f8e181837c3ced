import type { DataPlan, DataProfile } from '@/lib/domain/data-profile';
import { AppError } from '@/lib/shared/app-error';
import { loadTokenizer } from '@/lib/tokenizers/load-tokenizer';
import type { ChatMessage, Tokenizer } from '@/lib/tokenizers/tokenizer';

/** English text has about four characters per token with today's tokenizers, other scripts fewer. */
const ASCII_PER_TOKEN = 4;
const OTHER_PER_TOKEN = 1.5;
/** What a chat template puts around one message, about. */
const TOKENS_PER_MESSAGE = 5;

/** Tokens of prompts as a worker sends them: text as it stands, a list of messages through the chat template. */
export type PromptCounter = {
  /** `bytes` and `tokenizer` are exact. */
  readonly kind: DataProfile['tokens'];
  /** Null for a prompt that is neither text nor messages that the template takes. */
  count(prompt: unknown): number | null;
  /** Whether it has at most so many tokens; null as for `count`. Cheap for a text that is far shorter. */
  fits(prompt: unknown, limit: number): boolean | null;
};

export type CounterPlan = Pick<DataPlan, 'backend' | 'tokenizer' | 'tokenizerKey'>;
export type CounterPlaces = { readonly baseDirs: readonly string[]; readonly hubCache: string };

/**
 * A counter for a variant's model: the embedded model's bytes, or the tokenizer that the recipe names. Rejects with an
 * `AppError` that says what is missing and where to put it.
 */
export async function openPromptCounter(plan: CounterPlan, places: CounterPlaces): Promise<PromptCounter> {
  if (plan.backend === 'embedded') return countBytes;
  if (plan.tokenizer === null) {
    throw new AppError(
      'not_found',
      'The recipe names no tokenizer. Set data.tokenizer_path to a folder with tokenizer.json, or to a hub id.',
    );
  }
  return countWith(await loadTokenizer(plan.tokenizer, { ...places, setting: plan.tokenizerKey }));
}

/** What is left when there is no tokenizer: an estimate that is called one. */
export const estimateTokens: PromptCounter = {
  kind: 'estimate',
  count: estimatePrompt,
  fits: (prompt, limit) => isAtMost(estimatePrompt(prompt), limit),
};

const countBytes: PromptCounter = {
  kind: 'bytes',
  count: bytesOf,
  fits: (prompt, limit) => isAtMost(bytesOf(prompt), limit),
};

/** An empty prompt is the model's begin token. */
function bytesOf(prompt: unknown): number | null {
  return typeof prompt === 'string' ? Math.max(1, Buffer.byteLength(prompt)) : null;
}

function countWith(tokenizer: Tokenizer): PromptCounter {
  const count = (prompt: unknown): number | null => {
    const text = renderPrompt(prompt, tokenizer);
    return text === null ? null : tokenizer.encode(text).length;
  };
  return {
    kind: 'tokenizer',
    count,
    fits: (prompt, limit) => {
      const text = renderPrompt(prompt, tokenizer);
      if (text === null) return null;
      return mostTokens(text) <= limit || tokenizer.encode(text).length <= limit;
    },
  };
}

/** No tokenizer makes more than a token of each byte, once a mark of three bytes stands for each space and the beginning. */
function mostTokens(text: string): number {
  return /^[\u0020-\u007E\s]*$/.test(text) ? 3 * (text.length + 1) : Infinity;
}

function renderPrompt(prompt: unknown, tokenizer: Tokenizer): string | null {
  if (typeof prompt === 'string') return prompt;
  if (!isConversation(prompt)) return null;
  try {
    return tokenizer.applyChatTemplate(prompt, { addGenerationPrompt: true });
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

function isConversation(prompt: unknown): prompt is readonly ChatMessage[] {
  return Array.isArray(prompt) && prompt.length > 0 && prompt.every(isMessage);
}

function isMessage(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'role' in value && typeof value.role === 'string';
}

function isAtMost(tokens: number | null, limit: number): boolean | null {
  return tokens === null ? null : tokens <= limit;
}

function estimatePrompt(prompt: unknown): number | null {
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
