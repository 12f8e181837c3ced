import { z } from 'zod';

// The safetensors format: 8 bytes little-endian header length, a JSON header, then the tensors' bytes. Of its types, the
// two that are used here: F32 and I32.

const Header = z.record(z.string(), z.unknown());
const Metadata = z.record(z.string(), z.string()).default({});
const count = z.number().int().nonnegative();
const Entry = z.object({
  dtype: z.enum(['F32', 'I32']),
  shape: z.array(count),
  data_offsets: z.tuple([count, count]),
});

const LENGTH_BYTES = 8;
const WORD = 4;

export type TensorValues = Float32Array | Int32Array;

export type NamedTensor = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: TensorValues;
};

export type TensorFile = {
  readonly tensors: ReadonlyMap<string, TensorValues>;
  readonly metadata: Readonly<Record<string, string>>;
};

export function encodeSafetensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let at = 0;
  for (const { name, shape, values } of tensors) {
    const dtype = values instanceof Float32Array ? 'F32' : 'I32';
    header[name] = { dtype, shape, data_offsets: [at, at + values.byteLength] };
    at += values.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // the header is filled up with spaces, so that the data begin at a multiple of 8
  const headerLength = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES;
  const bytes = new Uint8Array(LENGTH_BYTES + headerLength + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerLength);
  bytes.set(json, LENGTH_BYTES);
  let to = LENGTH_BYTES + headerLength;
  for (const { values } of tensors) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), to);
    to += values.byteLength;
  }
  return bytes;
}

/** Throws on anything that is not a whole safetensors file of F32 and I32 tensors. The values are copies. */
export function decodeSafetensors(bytes: Uint8Array): TensorFile {
  if (bytes.length < LENGTH_BYTES) throw damaged('it has no header');
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const dataStart = LENGTH_BYTES + headerLength;
  if (dataStart > bytes.length) throw damaged('its header is cut off');
  const { __metadata__: metadata, ...entries } = Header.parse(
    JSON.parse(new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, dataStart))),
  );
  const data = bytes.subarray(dataStart);
  const tensors = new Map<string, TensorValues>();
  for (const [name, raw] of Object.entries(entries)) {
    tensors.set(name, valuesOf(name, Entry.parse(raw), data));
  }
  return { tensors, metadata: Metadata.parse(metadata) };
}

function valuesOf(name: string, { dtype, shape, data_offsets }: z.infer<typeof Entry>, data: Uint8Array) {
  const [from, to] = data_offsets;
  const size = shape.reduce((product, length) => product * length, 1) * WORD;
  if (to > data.length || to - from !== size) throw damaged(`${name} is cut off`);
  // not data.slice: that of a Buffer is a view
  const copy = new Uint8Array(size);
  copy.set(data.subarray(from, to));
  return dtype === 'F32' ? new Float32Array(copy.buffer) : new Int32Array(copy.buffer);
}

function damaged(reason: string): Error {
  return new Error(`The safetensors file is damaged: ${reason}.`);
}
