import { z } from 'zod';

// Messages of a frame. host/galley_host/main.py is the other side.

export type ToPython =
  | {
      readonly k: 'load';
      readonly handle: number;
      readonly file?: string;
      readonly module?: string;
      readonly name: string;
      readonly make: string;
      readonly args: Readonly<Record<string, unknown>>;
      readonly paths: readonly string[];
      readonly roots: readonly string[];
      readonly threads: number;
    }
  | {
      readonly k: 'call';
      readonly id: number;
      readonly handle: number;
      readonly method: string | null;
      readonly args: readonly unknown[];
      readonly kwargs: Readonly<Record<string, unknown>>;
      /** Seconds. */
      readonly limit: number;
    }
  /** Gives back calls that have not begun, and ends coroutines; what runs in a thread goes on. */
  | { readonly k: 'recall'; readonly ids: readonly number[] }
  | { readonly k: 'told'; readonly ask: number; readonly ok: true; readonly value: unknown }
  | { readonly k: 'told'; readonly ask: number; readonly ok: false; readonly message: string };

const PythonError = z.object({
  /** Null: the message is complete. */
  type: z.string().nullable(),
  message: z.string(),
  file: z.string().nullable(),
  line: z.number().int().nullable(),
  traceback: z.array(z.string()),
});
export type PythonError = z.infer<typeof PythonError>;

const FromPython = z.discriminatedUnion('k', [
  z.object({ k: z.literal('ready') }),
  z.object({
    k: z.literal('loaded'),
    handle: z.number(),
    isAsync: z.boolean(),
    methods: z.array(z.string()),
  }),
  z.object({
    k: z.literal('unloaded'),
    handle: z.number(),
    error: PythonError,
    /** The module that was not found. */
    missing: z.string().nullable(),
  }),
  z.object({ k: z.literal('done'), id: z.number(), value: z.unknown() }),
  z.object({ k: z.literal('error'), id: z.number(), error: PythonError }),
  z.object({ k: z.literal('print'), id: z.number().nullable(), lines: z.array(z.string()) }),
  /** The call has run for longer than its limit. */
  z.object({ k: z.literal('overdue'), id: z.number() }),
  z.object({ k: z.literal('recalled'), ids: z.array(z.number()) }),
  z.object({
    k: z.literal('ask'),
    ask: z.number(),
    id: z.number(),
    name: z.string(),
    payload: z.unknown(),
  }),
  /** Calls run, and none has anything to say. */
  z.object({ k: z.literal('alive') }),
  /** What calls in the main thread have taken since the last such message. */
  z.object({ k: z.literal('spent'), seconds: z.number(), calls: z.number() }),
]);
export type FromPython = z.infer<typeof FromPython>;

export const PythonFrame = z.array(FromPython);
