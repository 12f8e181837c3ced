import { z } from 'zod';

// The safetensors format: 8 bytes little-endian header length, a JSON header, then the tensors' bytes. All are F32 here.

const Header = z.record(z.string(), z.unknown());
const Metadata = z.record(z.string(), z.string()).default({});
const Entry = z.object({
  dtype: z.literal('F32'),
  shape: z.array(z.number().int().nonnegative()),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
});

export type NamedTensor = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
};

export function encodeSafetensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let at = 0;
  for (const { name, shape, values } of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + values.byteLength] };
    at += values.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // the header is filled up with spaces, so that the data begin at a multiple of 8
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + at);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, 8, 8 + headerLength);
  bytes.set(json, 8);
  let to = 8 + headerLength;
  for (const { values } of tensors) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), to);
    to += values.byteLength;
  }
  return bytes;
}

/** Throws on anything that is not a whole safetensors file of F32 tensors. */
export function decodeSafetensors(bytes: Uint8Array): {
  readonly tensors: ReadonlyMap<string, Float32Array>;
  readonly metadata: Readonly<Record<string, string>>;
} {
  const broken = (reason: string): Error => new Error(`The safetensors file is damaged: ${reason}.`);
  if (bytes.length < 8) throw broken('it has no header');
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (8 + headerLength > bytes.length) throw broken('its header is cut off');
  const { __metadata__: metadata, ...entries } = Header.parse(
    JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength))),
  );
  const data = bytes.subarray(8 + headerLength);
  const tensors = new Map<string, Float32Array>();
  for (const [name, raw] of Object.entries(entries)) {
    const [from, to] = Entry.parse(raw).data_offsets;
    if (to > data.length || from > to || (to - from) % 4 !== 0) throw broken(`${name} is cut off`);
    tensors.set(name, new Float32Array(data.slice(from, to).buffer));
  }
  return { tensors, metadata: Metadata.parse(metadata) };
}
