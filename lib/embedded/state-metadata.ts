import { z } from 'zod';
import { Refusal } from './refusal';

// A state is a safetensors file: 8 bytes of header length, a JSON header, the tensors. The service notes its weight
// version among the header's metadata, so that a checkpoint stays one file which other tools can read.

const LENGTH_BYTES = 8;
const KEY = 'galley.weight_version';
const MAX_HEADER_BYTES = 100 * 1024 * 1024;
const Header = z.looseObject({ __metadata__: z.record(z.string(), z.string()).optional() });
type Header = z.infer<typeof Header>;

export function withWeightVersion(state: Uint8Array, weightVersion: number): Uint8Array {
  const { header, dataStart } = split(state, 'The state of the learner');
  const metadata = { ...header.__metadata__, [KEY]: String(weightVersion) };
  const text = JSON.stringify({ ...header, __metadata__: metadata });
  // tensors start at a multiple of eight, as readers that map the file expect
  const padded = text + ' '.repeat((8 - (Buffer.byteLength(text) % 8)) % 8);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(padded)));
  return Buffer.concat([length, Buffer.from(padded), state.subarray(dataStart)]);
}

/** 0 for a file that says nothing about it. */
export function readWeightVersion(state: Uint8Array, where: string): number {
  const text = split(state, where).header.__metadata__?.[KEY];
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

function split(state: Uint8Array, where: string): { readonly header: Header; readonly dataStart: number } {
  const bytes = Buffer.from(state.buffer, state.byteOffset, state.byteLength);
  const damaged = (cause?: unknown): Refusal =>
    new Refusal(
      'invalid_state',
      `${where} is damaged: it is no safetensors file. Go back to an older checkpoint.`,
      {
        cause,
      },
    );
  if (bytes.byteLength < LENGTH_BYTES) throw damaged();
  const length = bytes.readBigUInt64LE(0);
  if (length > MAX_HEADER_BYTES || LENGTH_BYTES + Number(length) > bytes.byteLength) throw damaged();
  const dataStart = LENGTH_BYTES + Number(length);
  try {
    return { header: Header.parse(JSON.parse(bytes.toString('utf8', LENGTH_BYTES, dataStart))), dataStart };
  } catch (error) {
    throw damaged(error);
  }
}
