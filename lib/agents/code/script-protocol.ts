import { z } from 'zod';

// Lines of JSON between the run process and the child that runs a recipe's TypeScript: on its standard input, and back on
// descriptor 3, written synchronously, so that nothing is lost when the code ends its process.

export const REPLY_DESCRIPTOR = 3;

export const ToScript = z.discriminatedUnion('k', [
  z.object({
    k: z.literal('load'),
    thing: z.number(),
    module: z.string(),
    name: z.string(),
    config: z.record(z.string(), z.unknown()),
  }),
  z.object({
    k: z.literal('call'),
    id: z.number(),
    thing: z.number(),
    method: z.string().nullable(),
    args: z.array(z.unknown()),
  }),
  z.object({
    k: z.literal('told'),
    ask: z.number(),
    ok: z.boolean(),
    value: z.unknown(),
    message: z.string(),
  }),
  z.object({ k: z.literal('ping'), id: z.number() }),
]);
export type ToScript = z.infer<typeof ToScript>;

export const FromScript = z.discriminatedUnion('k', [
  z.object({ k: z.literal('loaded'), thing: z.number(), methods: z.array(z.string()) }),
  z.object({ k: z.literal('unloaded'), thing: z.number(), message: z.string() }),
  /** Sent before the code runs: when the process then hangs or ends, this call is the culprit. */
  z.object({ k: z.literal('began'), id: z.number() }),
  z.object({ k: z.literal('done'), id: z.number(), value: z.unknown() }),
  z.object({ k: z.literal('failed'), id: z.number(), message: z.string() }),
  z.object({ k: z.literal('ask'), ask: z.number(), id: z.number(), name: z.string(), payload: z.unknown() }),
  z.object({ k: z.literal('pong'), id: z.number() }),
]);
export type FromScript = z.infer<typeof FromScript>;
