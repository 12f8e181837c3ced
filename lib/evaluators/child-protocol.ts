import { z } from 'zod';
import { type Evaluation } from './evaluator-host';

// Lines of JSON. Host → child on its standard input; child → host on file descriptor 3, written synchronously, so
// that the host knows which call hangs even when the child never returns to its event loop.

export const ChildSetup = z.object({
  module: z.string(),
  /** What messages call the file, e.g. `agent_workspace/evaluator.ts`. */
  label: z.string(),
  className: z.string(),
  args: z.record(z.string(), z.unknown()),
});
export type ChildSetup = z.infer<typeof ChildSetup>;

export const ChildRequest = z.object({
  id: z.number().int(),
  data: z.record(z.string(), z.unknown()),
  target: z.object({ finalAnswer: z.string(), isTruncated: z.boolean() }),
});
export type ChildRequest = z.infer<typeof ChildRequest>;

const Outcome: z.ZodType<Evaluation> = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    reward: z.number(),
    groundTruth: z.string(),
    metrics: z.record(z.string(), z.number()),
    extraInfo: z.record(z.string(), z.unknown()),
  }),
  z.object({ ok: z.literal(false), message: z.string() }),
]);

export const ChildReply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('broken'), message: z.string() }),
  z.object({ kind: z.literal('started'), id: z.number().int() }),
  z.object({ kind: z.literal('done'), id: z.number().int(), outcome: Outcome }),
]);
export type ChildReply = z.infer<typeof ChildReply>;

/** File descriptor on which the child answers; 0–2 belong to the evaluator. */
export const REPLY_DESCRIPTOR = 3;
