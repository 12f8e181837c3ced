import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { z } from 'zod';
import { readProto } from './forward-backward';
import { bytesOf, numbersOf } from './tensor';
import { WireError } from './wire-error';
import {
  DType,
  SampleResponseSchema,
  SampledSequenceSchema,
  StopReason,
  TopkPromptLogprobsSchema,
  type TopkPromptLogprobs,
} from './tinker_public_pb';

export type SampledSequence = {
  readonly stopReason: 'stop' | 'length';
  readonly tokens: readonly number[];
  /** Natural logs; null = the server gave none. */
  readonly logprobs: readonly number[] | null;
};

export type Candidate = readonly [token: number, logprob: number];

export type SampleResult = {
  readonly sequences: readonly SampledSequence[];
  /** One entry per prompt token, null for the first; some servers leave the first out. Null = not asked for. */
  readonly promptLogprobs: readonly (number | null)[] | null;
  /** The likeliest tokens at every place of the prompt. */
  readonly topkPromptLogprobs: readonly (readonly Candidate[] | null)[] | null;
};

const SequenceJson = z.object({
  stop_reason: z.enum(['stop', 'length']),
  tokens: z.array(z.number().int()),
  logprobs: z.array(z.number().nullable()).nullish(),
});
const CandidateJson = z.tuple([z.number().int(), z.number()]);

export const SampleResultJson = z.object({
  type: z.literal('sample').optional(),
  sequences: z.array(SequenceJson),
  prompt_logprobs: z.array(z.number().nullable()).nullish(),
  topk_prompt_logprobs: z.array(z.array(CandidateJson).nullable()).nullish(),
});

export function sampleFromJson(json: z.infer<typeof SampleResultJson>): SampleResult {
  return {
    sequences: json.sequences.map(({ stop_reason, tokens, logprobs }) => ({
      stopReason: stop_reason,
      tokens,
      logprobs: logprobs?.map((value) => value ?? NaN) ?? null,
    })),
    promptLogprobs: json.prompt_logprobs ?? null,
    topkPromptLogprobs: json.topk_prompt_logprobs ?? null,
  };
}

export function sampleToJson(result: SampleResult): z.input<typeof SampleResultJson> {
  return {
    type: 'sample',
    sequences: result.sequences.map(({ stopReason, tokens, logprobs }) => ({
      stop_reason: stopReason,
      tokens: [...tokens],
      logprobs: logprobs === null ? null : [...logprobs],
    })),
    prompt_logprobs: result.promptLogprobs === null ? null : [...result.promptLogprobs],
    topk_prompt_logprobs:
      result.topkPromptLogprobs?.map((row) => row?.map(([token, logprob]) => [token, logprob]) ?? null) ??
      null,
  };
}

/** Where the wire has a rectangle and there is nothing to say. */
const FILLER_TOKEN = 0;
const FILLER_LOGPROB = -99_999;

export function sampleFromProto(bytes: Uint8Array): SampleResult {
  const message = readProto(() => fromBinary(SampleResponseSchema, bytes));
  return {
    sequences: message.sequences.map(({ stopReason, tokens, logprobs }) => ({
      stopReason: stopReason === StopReason.LENGTH ? 'length' : 'stop',
      tokens: numbersOf(tokens, DType.DTYPE_INT32),
      logprobs: logprobs === undefined ? null : numbersOf(logprobs, DType.DTYPE_FLOAT32),
    })),
    promptLogprobs:
      message.promptLogprobs === undefined
        ? null
        : numbersOf(message.promptLogprobs, DType.DTYPE_FLOAT32).map((value) =>
            Number.isNaN(value) ? null : value,
          ),
    topkPromptLogprobs:
      message.topkPromptLogprobs === undefined ? null : candidates(message.topkPromptLogprobs),
  };
}

function candidates({ tokenIds, logprobs, k, promptLength }: TopkPromptLogprobs) {
  const tokens = numbersOf(tokenIds, DType.DTYPE_INT32);
  const values = numbersOf(logprobs, DType.DTYPE_FLOAT32);
  if (values.length !== k * promptLength || tokens.length !== values.length) {
    throw new WireError(
      `Candidates of ${promptLength} places by ${k} are announced, and there are ${tokens.length}.`,
    );
  }
  return Array.from({ length: promptLength }, (_, row) => {
    const found: Candidate[] = [];
    for (let at = row * k; at < (row + 1) * k; at += 1) {
      const logprob = values[at] ?? FILLER_LOGPROB;
      if (logprob !== FILLER_LOGPROB) found.push([tokens[at] ?? FILLER_TOKEN, logprob]);
    }
    return found.length === 0 ? null : found;
  });
}

export function sampleToProto(result: SampleResult): Uint8Array {
  const { promptLogprobs, topkPromptLogprobs } = result;
  const message = create(SampleResponseSchema, {
    sequences: result.sequences.map(({ stopReason, tokens, logprobs }) =>
      create(SampledSequenceSchema, {
        stopReason: stopReason === 'length' ? StopReason.LENGTH : StopReason.STOP,
        tokens: bytesOf(tokens, 'int32'),
        ...(logprobs === null ? {} : { logprobs: bytesOf(logprobs, 'float32') }),
      }),
    ),
    ...(promptLogprobs === null
      ? {}
      : {
          promptLogprobs: bytesOf(
            promptLogprobs.map((value) => value ?? NaN),
            'float32',
          ),
        }),
    ...(topkPromptLogprobs === null ? {} : { topkPromptLogprobs: rectangle(topkPromptLogprobs) }),
  });
  return toBinary(SampleResponseSchema, message);
}

function rectangle(rows: readonly (readonly Candidate[] | null)[]): TopkPromptLogprobs {
  const k = rows.reduce((widest, row) => Math.max(widest, row?.length ?? 0), 0);
  const cells = rows.flatMap((row) =>
    Array.from({ length: k }, (_, column) => row?.[column] ?? ([FILLER_TOKEN, FILLER_LOGPROB] as const)),
  );
  return create(TopkPromptLogprobsSchema, {
    tokenIds: bytesOf(
      cells.map(([token]) => token),
      'int32',
    ),
    logprobs: bytesOf(
      cells.map(([, logprob]) => logprob),
      'float32',
    ),
    k,
    promptLength: rows.length,
  });
}
