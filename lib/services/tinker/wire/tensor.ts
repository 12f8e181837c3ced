import { create } from '@bufbuild/protobuf';
import { z } from 'zod';
import {
  type BatchedTensor,
  BatchedTensorSchema,
  DType,
  type Tensor as ProtoTensor,
  TensorSchema,
} from './tinker_public_pb';
import { WireError } from './wire-error';

/** Numbers of one tensor, row-major; NaN = missing. */
export type Tensor = {
  readonly dtype: 'float32' | 'int64';
  readonly data: readonly number[];
  /** Null = one dimension, as long as `data`. */
  readonly shape: readonly number[] | null;
  /** Compressed sparse rows: `data` then holds the stored values only. */
  readonly sparse: { readonly crow: readonly number[]; readonly col: readonly number[] } | null;
};

const PROTO_TYPE = { float32: DType.DTYPE_FLOAT32, int64: DType.DTYPE_INT64 } as const;

export function denseTensor(dtype: Tensor['dtype'], data: ArrayLike<number>): Tensor {
  return { dtype, data: Array.from(data), shape: [data.length], sparse: null };
}

// Python writes NaN and infinities as bare words or null; only null survives a JSON parser
const JsonNumber = z.number().nullable();

export const TensorJson = z.object({
  data: z.array(JsonNumber),
  dtype: z.enum(['float32', 'int64']),
  shape: z.array(z.number().int()).nullish(),
  sparse_crow_indices: z.array(z.number().int()).nullish(),
  sparse_col_indices: z.array(z.number().int()).nullish(),
});

export function tensorFromJson(json: z.infer<typeof TensorJson>): Tensor {
  const { sparse_crow_indices: crow, sparse_col_indices: col } = json;
  return {
    dtype: json.dtype,
    data: json.data.map((value) => value ?? NaN),
    shape: json.shape ?? null,
    sparse: crow && col ? { crow, col } : null,
  };
}

export function tensorToJson({ dtype, data, shape, sparse }: Tensor): z.input<typeof TensorJson> {
  return {
    data: data.map((value) => (Number.isFinite(value) ? value : null)),
    dtype,
    ...(shape === null ? {} : { shape: [...shape] }),
    ...(sparse === null
      ? {}
      : { sparse_crow_indices: [...sparse.crow], sparse_col_indices: [...sparse.col] }),
  };
}

export function tensorFromProto({ encoding, dtype, shape }: ProtoTensor): Tensor {
  const common = { dtype: publicType(dtype), shape: shape.length === 0 ? null : shape.map(Number) };
  switch (encoding.case) {
    case 'sparseCsr': {
      const { values, crowIndices, colIndices } = encoding.value;
      const sparse = {
        crow: numbersOf(crowIndices, DType.DTYPE_INT64),
        col: numbersOf(colIndices, DType.DTYPE_INT64),
      };
      return { ...common, data: numbersOf(values, dtype), sparse };
    }
    case 'dense':
      return { ...common, data: numbersOf(encoding.value, dtype), sparse: null };
    case undefined:
      return { ...common, data: [], sparse: null };
  }
}

export function tensorToProto({ dtype, data, shape, sparse }: Tensor): ProtoTensor {
  const values = bytesOf(data, dtype);
  return create(TensorSchema, {
    dtype: PROTO_TYPE[dtype],
    shape: (shape ?? []).map(BigInt),
    encoding:
      sparse === null
        ? { case: 'dense', value: values }
        : {
            case: 'sparseCsr',
            value: {
              values,
              crowIndices: bytesOf(sparse.crow, 'int64'),
              colIndices: bytesOf(sparse.col, 'int64'),
            },
          },
  });
}

/** One tensor per datum. */
export function tensorsFromBatched({
  data,
  offsets,
  dtype,
  trailingShape,
}: BatchedTensor): readonly Tensor[] {
  const ends = numbersOf(offsets, DType.DTYPE_INT64);
  const trailing = trailingShape.map(Number);
  const rowLength = trailing.reduce((product, size) => product * size, 1);
  return ends.slice(1).map((end, index) => {
    const numbers = numbersOf(data.subarray(ends[index], end), dtype);
    const leading = rowLength === 0 ? 0 : numbers.length / rowLength;
    return { dtype: publicType(dtype), data: numbers, shape: [leading, ...trailing], sparse: null };
  });
}

/** All tensors must have one type and the same trailing dimensions. */
export function tensorsToBatched(tensors: readonly Tensor[]): BatchedTensor {
  const [first] = tensors;
  const dtype = first?.dtype ?? 'float32';
  const parts = tensors.map(({ data }) => bytesOf(data, dtype));
  const offsets = [0];
  for (const part of parts) offsets.push((offsets.at(-1) ?? 0) + part.byteLength);
  return create(BatchedTensorSchema, {
    data: Buffer.concat(parts),
    offsets: bytesOf(offsets, 'int64'),
    dtype: PROTO_TYPE[dtype],
    trailingShape: (first?.shape ?? []).slice(1).map(BigInt),
  });
}

function publicType(dtype: DType): Tensor['dtype'] {
  switch (dtype) {
    case DType.DTYPE_FLOAT32:
    case DType.DTYPE_BFLOAT16:
      return 'float32';
    case DType.DTYPE_INT64:
    case DType.DTYPE_INT32:
      return 'int64';
    case DType.DTYPE_UNSPECIFIED:
      throw new WireError('A tensor does not say its dtype; it must be float32 or int64.');
  }
}

const WIDTH = {
  [DType.DTYPE_UNSPECIFIED]: 1,
  [DType.DTYPE_FLOAT32]: 4,
  [DType.DTYPE_INT64]: 8,
  [DType.DTYPE_INT32]: 4,
  [DType.DTYPE_BFLOAT16]: 2,
} as const;

/** Little-endian bytes as numbers. */
export function numbersOf(bytes: Uint8Array, dtype: DType): number[] {
  const width = WIDTH[dtype];
  if (bytes.byteLength % width !== 0) {
    throw new WireError(`A tensor has ${bytes.byteLength} bytes, which is no multiple of ${width}.`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / width }, (_, index) => readAt(view, index * width, dtype));
}

function readAt(view: DataView, at: number, dtype: DType): number {
  switch (dtype) {
    case DType.DTYPE_FLOAT32:
      return view.getFloat32(at, true);
    case DType.DTYPE_INT64:
      return Number(view.getBigInt64(at, true));
    case DType.DTYPE_INT32:
      return view.getInt32(at, true);
    case DType.DTYPE_BFLOAT16:
      return upperHalf(view.getUint16(at, true));
    case DType.DTYPE_UNSPECIFIED:
      throw new WireError('A tensor does not say its dtype; it must be float32 or int64.');
  }
}

function upperHalf(bits: number): number {
  const word = new DataView(new ArrayBuffer(4));
  word.setUint16(0, bits);
  return word.getFloat32(0);
}

/** Numbers as little-endian bytes. */
export function bytesOf(numbers: ArrayLike<number>, dtype: 'float32' | 'int64' | 'int32'): Uint8Array {
  const width = dtype === 'int64' ? 8 : 4;
  const bytes = new Uint8Array(numbers.length * width);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < numbers.length; index += 1) {
    const value = numbers[index] ?? 0;
    if (dtype === 'float32') view.setFloat32(index * width, value, true);
    else if (dtype === 'int32') view.setInt32(index * width, value, true);
    else view.setBigInt64(index * width, BigInt(value), true);
  }
  return bytes;
}
