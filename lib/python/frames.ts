const HEADER_BYTES = 4;
/** A frame that claims more is no frame: somebody wrote to our descriptor. */
const MAX_FRAME_BYTES = 256 * 1024 * 1024;

/** Four bytes of length, big-endian, then a JSON array. */
export function encodeFrame(messages: readonly unknown[]): Buffer {
  const body = Buffer.from(JSON.stringify(messages));
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  frame.writeUInt32BE(body.length, 0);
  body.copy(frame, HEADER_BYTES);
  return frame;
}

export type FrameReader = {
  /** The JSON values of every frame that is complete by now. Throws on what is not a frame. */
  read(chunk: Buffer): readonly unknown[];
};

export function createFrameReader(): FrameReader {
  let chunks: Buffer[] = [];
  let size = 0;
  return {
    read: (chunk) => {
      chunks.push(chunk);
      size += chunk.length;
      const values: unknown[] = [];
      for (;;) {
        const first = chunks[0];
        if (first === undefined || size < HEADER_BYTES) return values;
        if (first.length < HEADER_BYTES) chunks = [Buffer.concat(chunks)];
        const length = (chunks[0] ?? first).readUInt32BE(0);
        if (length > MAX_FRAME_BYTES) throw new Error(`a frame of ${length} bytes`);
        if (size < HEADER_BYTES + length) return values;
        const all = chunks.length === 1 ? (chunks[0] ?? first) : Buffer.concat(chunks);
        values.push(JSON.parse(all.toString('utf8', HEADER_BYTES, HEADER_BYTES + length)));
        const rest = all.subarray(HEADER_BYTES + length);
        chunks = rest.length > 0 ? [rest] : [];
        size = rest.length;
      }
    },
  };
}
