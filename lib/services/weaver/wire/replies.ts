import { z } from 'zod';

// Replies of Weaver. Servers name keys in snake case, and some in Go's: `ID`, `ModelPath`.

const snake = (key: string): string => key.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();

function withSnakeKeys(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [snake(key), each]));
}

const reply = <S extends z.ZodType>(schema: S) => z.preprocess(withSnakeKeys, schema);
const id = z.union([z.string(), z.number()]).transform(String);

export const SessionReply = reply(z.object({ id }));
export const ModelReply = reply(z.object({ id, tokenizer_path: z.string().nullish() }));

export const OperationReply = reply(
  z.object({
    id,
    status: z.string().transform((status) => status.toLowerCase()),
    response: z.unknown().optional(),
    error: z.string().nullish(),
    error_code: z.string().nullish(),
    error_message: z.string().nullish(),
    retryable: z.boolean().nullish(),
  }),
);
export type OperationReply = z.infer<typeof OperationReply>;

/** A session to sample from, or one that is ready when an operation is done. */
export const SamplingSessionReply = z.union([
  reply(z.object({ sampling_session: SessionReply, sync_operation: OperationReply })),
  SessionReply.transform((session) => ({ sampling_session: session, sync_operation: null })),
]);

const numbers = z.array(z.number().nullable());
const TensorJson = z.union([numbers, z.object({ data: numbers }).transform(({ data }) => data)]);

const Pass = z.object({
  loss_fn_outputs: z.array(reply(z.object({ logprobs: TensorJson.nullish() }))),
  metrics: z.record(z.string(), z.unknown()).nullish(),
});
const Metrics = z.object({ metrics: z.record(z.string(), z.unknown()).nullish() });
/** A worker's own answer stands in `result`, or by itself. */
const inResult = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value) => {
    const parsed = z.looseObject({ result: z.looseObject({}) }).safeParse(value);
    return parsed.success ? parsed.data.result : value;
  }, schema);

export const PassResult = inResult(Pass);
export const OptimizerResult = inResult(Metrics);

export const ExportResult = reply(z.object({ model_path: z.string().nullish(), path: z.string().nullish() }));
export const CheckpointResult = reply(z.object({ path: z.string() }));

export const SampleResult = inResult(
  z.object({
    sequences: z.array(
      z.object({
        tokens: z.array(z.number().int()),
        logprobs: z.array(z.number()).nullish(),
        stop_reason: z.string().nullish(),
      }),
    ),
  }),
);
export const LogprobsResult = inResult(z.object({ prompt_logprobs: numbers }));
