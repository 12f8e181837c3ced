import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { z } from 'zod';
import {
  type Tensor,
  TensorJson,
  bytesOf,
  numbersOf,
  tensorFromJson,
  tensorFromProto,
  tensorsFromBatched,
  tensorsToBatched,
  tensorToJson,
  tensorToProto,
} from './tensor';
import {
  ArrayRecordSchema,
  type Chunk,
  ChunkSchema,
  DType,
  DatumSchema,
  ForwardBackwardOutputSchema,
  ForwardBackwardRequestSchema,
} from './tinker_public_pb';
import { ModelInputJson, modelInputJson, tokensOfJson } from './model-input';
import { WireError } from './wire-error';

/** A training sequence as Tinker sees it. */
export type TinkerDatum = {
  /** What the model reads. */
  readonly tokens: readonly number[];
  /** `target_tokens` and what else the loss takes, by name. */
  readonly inputs: Readonly<Record<string, Tensor>>;
};

/** `forward` and `forward_backward`, whatever their encoding. */
export type ForwardBackwardCall = {
  readonly modelId: string;
  readonly seqId: number | null;
  readonly data: readonly TinkerDatum[];
  readonly lossFn: string;
  readonly lossFnConfig: Readonly<Record<string, number>>;
  readonly forwardOnly: boolean;
};

/** One record of tensors per datum, and sums or means over all of them by `name:reduction`. */
export type ForwardBackwardResult = {
  readonly outputType: string;
  readonly outputs: readonly Readonly<Record<string, Tensor>>[];
  readonly metrics: Readonly<Record<string, number>>;
};

const DatumJson = z.object({
  model_input: ModelInputJson,
  loss_fn_inputs: z.record(z.string(), TensorJson),
});
const InputJson = z.object({
  data: z.array(DatumJson),
  loss_fn: z.string(),
  loss_fn_config: z.record(z.string(), z.number()).nullish(),
});
const Addressed = { model_id: z.string(), seq_id: z.number().int().nullish() };

/** Body of `forward_backward` in JSON, as SDKs up to 0.24 send it. */
export const ForwardBackwardJson = z.object({ ...Addressed, forward_backward_input: InputJson });
/** Body of `forward`. */
export const ForwardJson = z.object({ ...Addressed, forward_input: InputJson });

export function callFromJson(
  { model_id, seq_id }: { readonly model_id: string; readonly seq_id?: number | null | undefined },
  input: z.infer<typeof InputJson>,
  forwardOnly: boolean,
): ForwardBackwardCall {
  return {
    modelId: model_id,
    seqId: seq_id ?? null,
    data: input.data.map(({ model_input, loss_fn_inputs }) => ({
      tokens: tokensOfJson(model_input),
      inputs: mapValues(loss_fn_inputs, tensorFromJson),
    })),
    lossFn: input.loss_fn,
    lossFnConfig: input.loss_fn_config ?? {},
    forwardOnly,
  };
}

export function inputToJson(call: ForwardBackwardCall): z.input<typeof InputJson> {
  const hasConfig = Object.keys(call.lossFnConfig).length > 0;
  return {
    data: call.data.map(({ tokens, inputs }) => ({
      loss_fn_inputs: mapValues(inputs, tensorToJson),
      model_input: modelInputJson(tokens),
    })),
    loss_fn: call.lossFn,
    ...(hasConfig ? { loss_fn_config: { ...call.lossFnConfig } } : {}),
  };
}

export function callFromProto(bytes: Uint8Array): ForwardBackwardCall {
  const message = readProto(() => fromBinary(ForwardBackwardRequestSchema, bytes));
  return {
    modelId: message.modelId,
    seqId: message.seqId === 0 ? null : message.seqId,
    data: message.data.map(({ modelInput, lossFnInputs }) => ({
      tokens: modelInput.flatMap(tokensOfChunk),
      inputs: mapValues(lossFnInputs, tensorFromProto),
    })),
    lossFn: message.lossFn,
    lossFnConfig: message.lossFnConfig,
    forwardOnly: message.forwardOnly,
  };
}

export function callToProto(call: ForwardBackwardCall): Uint8Array {
  const message = create(ForwardBackwardRequestSchema, {
    modelId: call.modelId,
    seqId: call.seqId ?? 0,
    data: call.data.map(({ tokens, inputs }) =>
      create(DatumSchema, {
        modelInput: [
          create(ChunkSchema, {
            chunk: { case: 'encodedText', value: { tokens: bytesOf(tokens, 'int32') } },
          }),
        ],
        lossFnInputs: mapValues(inputs, tensorToProto),
      }),
    ),
    lossFn: call.lossFn,
    lossFnConfig: { ...call.lossFnConfig },
    forwardOnly: call.forwardOnly,
  });
  return toBinary(ForwardBackwardRequestSchema, message);
}

function tokensOfChunk({ chunk }: Chunk): readonly number[] {
  if (chunk.case === 'encodedText') return numbersOf(chunk.value.tokens, DType.DTYPE_INT32);
  throw new WireError(`A model input has a part of the kind ${chunk.case ?? 'unknown'}; only text is taken.`);
}

export const ForwardBackwardOutputJson = z.object({
  loss_fn_output_type: z.string(),
  loss_fn_outputs: z.array(z.record(z.string(), TensorJson)),
  metrics: z.record(z.string(), z.number().nullable()).nullish(),
});

export function resultFromJson(json: z.infer<typeof ForwardBackwardOutputJson>): ForwardBackwardResult {
  return {
    outputType: json.loss_fn_output_type,
    outputs: json.loss_fn_outputs.map((output) => mapValues(output, tensorFromJson)),
    metrics: mapValues(json.metrics ?? {}, (value) => value ?? NaN),
  };
}

export function resultToJson({
  outputType,
  outputs,
  metrics,
}: ForwardBackwardResult): z.input<typeof ForwardBackwardOutputJson> {
  return {
    loss_fn_output_type: outputType,
    loss_fn_outputs: outputs.map((output) => mapValues(output, tensorToJson)),
    metrics: mapValues(metrics, (value) => (Number.isFinite(value) ? value : null)),
  };
}

export function resultFromProto(bytes: Uint8Array): ForwardBackwardResult {
  const message = readProto(() => fromBinary(ForwardBackwardOutputSchema, bytes));
  const outputs = message.lossFnOutputs.flatMap(({ fields, numDatums }) => {
    const columns = Object.entries(fields).map(([name, field]) => [name, tensorsFromBatched(field)] as const);
    const held = columns[0]?.[1].length ?? 0;
    // not every server counts
    if (numDatums !== 0n && numDatums !== BigInt(held)) {
      throw new WireError(`A record announces ${numDatums} datums and holds ${held}.`);
    }
    return Array.from({ length: held }, (_, index) =>
      Object.fromEntries(
        columns.flatMap(([name, column]) => {
          const tensor = column[index];
          return tensor === undefined ? [] : [[name, tensor]];
        }),
      ),
    );
  });
  return { outputType: message.lossFnOutputType, outputs, metrics: message.metrics };
}

/** Outputs must be alike: the same names, one type and trailing shape per name. */
export function resultToProto({ outputType, outputs, metrics }: ForwardBackwardResult): Uint8Array {
  const names = Object.keys(outputs[0] ?? {});
  const fields = Object.fromEntries(
    names.map((name) => [
      name,
      tensorsToBatched(
        outputs.map((output) => {
          const tensor = output[name];
          if (tensor === undefined) throw new WireError(`An output lacks ${name}.`);
          return tensor;
        }),
      ),
    ]),
  );
  const record = create(ArrayRecordSchema, {
    typeTag: outputType,
    fields,
    numDatums: BigInt(outputs.length),
  });
  const message = create(ForwardBackwardOutputSchema, {
    lossFnOutputType: outputType,
    lossFnOutputs: outputs.length === 0 ? [] : [record],
    metrics: { ...metrics },
  });
  return toBinary(ForwardBackwardOutputSchema, message);
}

function mapValues<V, W>(record: Readonly<Record<string, V>>, change: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

/** The library's errors name a byte; who reads them needs to know what was being read. */
export function readProto<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new WireError(`The body is not the protobuf message that is expected here: ${detail}`, {
      cause: error,
    });
  }
}
