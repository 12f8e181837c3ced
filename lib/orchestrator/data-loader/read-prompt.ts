import { z } from 'zod';
import type { ChatMessage } from '@/lib/tokenizers/tokenizer';

const Messages = z.array(z.looseObject({ role: z.string(), content: z.string() })).min(1);

export type Prompt = {
  /** Of a list of messages, what they say, one after the other. */
  readonly text: string;
  /** Absent for a plain text. */
  readonly messages?: readonly ChatMessage[];
};

/** A prompt as a data set holds it: text, or a list of messages; null for anything else. */
export function readPrompt(value: unknown): Prompt | null {
  if (typeof value === 'string') return { text: value };
  const messages = Messages.safeParse(value);
  if (!messages.success) return null;
  const [first, ...more] = messages.data;
  const said =
    more.length === 0 ? [first?.content] : messages.data.map((each) => `${each.role}: ${each.content}`);
  return { text: said.join('\n'), messages: messages.data };
}
