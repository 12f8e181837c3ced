import { z } from 'zod';
import type { Evaluation } from './evaluator-host';

// Lines of JSON. Host → child on its standard input; child → host on file descriptor 3, written synchronously, so
// that nothing is lost when the evaluator ends its process. Calls and results travel many to a line.

export const ChildSetup = z.object({
  /** Absolute path of an ES module; null for the evaluators that are built in. */
  module: z.string().nullable(),
  /** What messages call the file, e.g. `agent_workspace/evaluator.ts`. */
  label: z.string(),
  className: z.string(),
  args: z.record(z.string(), z.unknown()),
  timeoutMs: z.number(),
});
export type ChildSetup = z.infer<typeof ChildSetup>;

export const ChildCall = z.object({
  id: z.number().int().nonnegative(),
  data: z.record(z.string(), z.unknown()),
  target: z.object({
    finalAnswer: z.string(),
    isTruncated: z.boolean(),
    observation: z.array(z.record(z.string(), z.unknown()).readonly()).readonly().exactOptional(),
  }),
});
export type ChildCall = z.infer<typeof ChildCall>;

export const ChildCalls = z.object({
  calls: z.array(ChildCall),
  /** Every result on a line of its own: when the process dies, the first call without one is the culprit. */
  careful: z.boolean(),
});
export type ChildCalls = z.infer<typeof ChildCalls>;

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
  z.object({
    kind: z.literal('done'),
    results: z.array(z.object({ id: z.number().int(), outcome: Outcome })),
  }),
  /** The evaluator returned a promise; the call is running. */
  z.object({ kind: z.literal('pending'), id: z.number().int() }),
  /** The call has held the process for longer than its limit. */
  z.object({ kind: z.literal('overdue'), id: z.number().int() }),
  /** The process is ending, within this call or, when null, between calls. */
  z.object({ kind: z.literal('ending'), id: z.number().int().nullable() }),
]);
export type ChildReply = z.infer<typeof ChildReply>;

/** File descriptor on which the child answers; 0–2 belong to the evaluator. */
export const REPLY_DESCRIPTOR = 3;
