import { z } from 'zod';

/** A call that a model asked for. */
export const ToolCall = z.object({
  /** Unique in its conversation; the result names it. */
  id: z.string(),
  name: z.string(),
  /** JSON text as the model wrote it: it need not be valid. */
  arguments: z.string(),
});
export type ToolCall = z.infer<typeof ToolCall>;

/** Where the tokens of a message lie: `sequences[sequence].tokens[start … end)`. */
export const TokenSpan = z.object({
  sequence: z.number().int().nonnegative(),
  start: z.number().int().nonnegative(),
  end: z.number().int().nonnegative(),
});
export type TokenSpan = z.infer<typeof TokenSpan>;

/** Of a turn that a sub-agent had: its name, and below it those of its own sub-agents. Absent for the agent itself. */
const agent = z.array(z.string()).min(1).optional();

/** One turn of a conversation, as viewers show it. A sub-agent's turns stand before the result of the call that began it. */
export const ConversationTurn = z.discriminatedUnion('role', [
  z.object({ role: z.enum(['system', 'user']), content: z.string(), agent }),
  z.object({
    role: z.literal('assistant'),
    content: z.string(),
    toolCalls: z.array(ToolCall),
    /** The tokens that the model produced for it; null when they were not recorded. */
    span: TokenSpan.nullable(),
    agent,
  }),
  z.object({
    role: z.literal('tool'),
    content: z.string(),
    toolCallId: z.string(),
    name: z.string(),
    /** `error`: refused arguments, or a tool that threw; `timeout`: cut at its limit. */
    outcome: z.enum(['ok', 'error', 'timeout']),
    agent,
  }),
]);
export type ConversationTurn = z.infer<typeof ConversationTurn>;
