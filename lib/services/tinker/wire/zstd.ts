import { Decompress } from 'fzstd';
import { WireError } from './wire-error';

/** Bytes of a body with `Content-Encoding: zstd`. Refuses more than `maxBytes` before they are all unpacked. */
export function unpackZstd(packed: Uint8Array, maxBytes: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  const stream = new Decompress((part) => {
    size += part.byteLength;
    if (size > maxBytes) throw new WireError(`The body unpacks to more than ${maxBytes} bytes.`);
    parts.push(part);
  });
  try {
    stream.push(packed, true);
  } catch (error) {
    if (error instanceof WireError) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw new WireError(`The body is not zstd: ${detail}`, { cause: error });
  }
  return Buffer.concat(parts);
}
