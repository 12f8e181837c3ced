import { z } from 'zod';
import type { CodeOutcome, CodeThing } from '@/lib/agents/code/code-thing';
import type { DataRow } from '@/lib/datasets/dataset';
import { RolloutError } from './worker';

/** What a recipe's own worker overrides; absent = the worker of its type does as it does. */
export type WorkerHooks = {
  readonly formatTaskQuery?: (row: DataRow, signal: AbortSignal) => Promise<string>;
  /** One answer per call of the model: is it trained on? */
  readonly trainLossMask?: (
    infos: readonly Readonly<Record<string, unknown>>[],
    signal: AbortSignal,
  ) => Promise<readonly boolean[]>;
  readonly runAgent?: (
    task: DataRow,
    onRequest: (name: string, payload: unknown, signal: AbortSignal) => Promise<unknown>,
    signal: AbortSignal,
  ) => Promise<OwnOutput>;
};

const Score = z.object({
  reward: z.number(),
  groundTruth: z.string().default(''),
  metrics: z.record(z.string(), z.number()).default({}),
  extraInfo: z.record(z.string(), z.unknown()).default({}),
});

/** What a worker's own `run_agent` gives. */
const OwnOutput = z.preprocess(
  (value) => (typeof value === 'string' ? { finalAnswer: value } : value),
  z.object({ finalAnswer: z.string(), evaluation: Score.nullish() }),
);
export type OwnOutput = z.infer<typeof OwnOutput>;

const Mask = z.array(z.boolean());

export type HookOptions = {
  /** File and class, for messages. */
  readonly label: string;
  readonly timeoutMs: number;
};

/** The hooks of a loaded worker, in the words of either language. */
export function hooksOf(thing: CodeThing, options: HookOptions): WorkerHooks {
  const call = hookCaller(thing, options);
  const format = methodOf(thing, 'format_task_query', 'formatTaskQuery');
  const mask = methodOf(thing, 'get_train_loss_mask', 'getTrainLossMask');
  const run = methodOf(thing, 'run_agent', 'runAgent');
  return {
    ...(format === null
      ? {}
      : {
          formatTaskQuery: async (row, signal) =>
            call({ method: format, args: [row], schema: z.string() }, signal),
        }),
    ...(mask === null
      ? {}
      : {
          trainLossMask: async (infos, signal) => {
            const answers = await call({ method: mask, args: [infos], schema: Mask }, signal);
            if (answers.length === infos.length) return answers;
            throw new RolloutError(
              `${options.label}: ${mask} answered ${answers.length} times for ${infos.length} calls of the model.`,
            );
          },
        }),
    ...(run === null
      ? {}
      : {
          runAgent: async (task, onRequest, signal) =>
            call({ method: run, args: [task], schema: OwnOutput, onRequest }, signal),
        }),
  };
}

type HookCall<T> = {
  readonly method: string;
  readonly args: readonly unknown[];
  readonly schema: z.ZodType<T>;
  readonly onRequest?: (name: string, payload: unknown, signal: AbortSignal) => Promise<unknown>;
};

function hookCaller(thing: CodeThing, { label, timeoutMs }: HookOptions) {
  return async <T>({ method, args, schema, onRequest }: HookCall<T>, signal: AbortSignal): Promise<T> => {
    const limitedBy = 'rollout_worker.worker_timeout';
    const outcome: CodeOutcome = await thing.call(
      { method, args, timeoutMs, limitedBy, ...(onRequest === undefined ? {} : { onRequest }) },
      signal,
    );
    if (!outcome.ok) {
      throw new RolloutError(`${label}: ${method}: ${outcome.message}`, { isTimeout: outcome.isTimeout });
    }
    const parsed = schema.safeParse(outcome.value);
    if (parsed.success) return parsed.data;
    throw new RolloutError(`${label}: ${method} returned something else: ${z.prettifyError(parsed.error)}`);
  };
}

function methodOf(thing: CodeThing, ...names: readonly string[]): string | null {
  return names.find((name) => thing.methods.includes(name)) ?? null;
}
