const CONTINUES = 128;
const MAX_SMALL = 2 ** 31;
/** Bytes of the largest whole number, 53 bits. */
const MAX_LENGTH = 8;
const FIRST_CAPACITY = 8192;

export type ByteWriter = {
  byte(value: number): void;
  /** A whole number from 0 to 2^53 − 1, seven bits per byte. */
  unsigned(value: number): void;
  /** Whole numbers as differences from their predecessors, in either direction. */
  differences(values: Float64Array): void;
  /** Eight bytes each, bit for bit (NaN stays NaN). */
  doubles(values: Float64Array): void;
  bytes(): Uint8Array<ArrayBuffer>;
};

export function createByteWriter(): ByteWriter {
  let buffer = new Uint8Array(FIRST_CAPACITY);
  let view = new DataView(buffer.buffer);
  let size = 0;

  const reserve = (extra: number): void => {
    if (size + extra <= buffer.length) return;
    const larger = new Uint8Array(Math.max(buffer.length * 2, size + extra));
    larger.set(buffer);
    buffer = larger;
    view = new DataView(buffer.buffer);
  };
  const byte = (value: number): void => {
    reserve(1);
    buffer[size] = value;
    size += 1;
  };
  /** Where there is room for it. */
  const put = (value: number): void => {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new RangeError(`${value} is no unsigned whole number`);
    let rest = value;
    // bit operations know 31 bits
    for (; rest >= MAX_SMALL; rest = Math.floor(rest / CONTINUES))
      buffer[size++] = (rest % CONTINUES) + CONTINUES;
    for (; rest >= CONTINUES; rest >>= 7) buffer[size++] = (rest & (CONTINUES - 1)) | CONTINUES;
    buffer[size++] = rest;
  };
  return {
    byte,
    unsigned: (value) => {
      reserve(MAX_LENGTH);
      put(value);
    },
    differences: (values) => {
      reserve(values.length * MAX_LENGTH);
      let previous = 0;
      for (const value of values) {
        const difference = value - previous;
        // Zigzag: small differences stay small whatever their sign.
        put(difference >= 0 ? difference * 2 : -difference * 2 - 1);
        previous = value;
      }
    },
    doubles: (values) => {
      reserve(values.length * 8);
      for (const value of values) {
        view.setFloat64(size, value, true);
        size += 8;
      }
    },
    bytes: () => buffer.slice(0, size),
  };
}

export type ByteReader = {
  byte(): number;
  unsigned(): number;
  differences(length: number): Float64Array;
  doubles(length: number): Float64Array;
};

/** Reads what a `ByteWriter` wrote, in the same order. Throws a `RangeError` past the end. */
export function createByteReader(bytes: Uint8Array): ByteReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const byte = (): number => {
    at += 1;
    return view.getUint8(at - 1);
  };
  const unsigned = (): number => {
    let value = 0;
    let factor = 1;
    for (let part = byte(); ; part = byte()) {
      value += (part % CONTINUES) * factor;
      if (part < CONTINUES) return value;
      factor *= CONTINUES;
    }
  };
  return {
    byte,
    unsigned,
    differences: (length) => {
      let previous = 0;
      return new Float64Array(length).map(() => {
        const zigzag = unsigned();
        previous += zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
        return previous;
      });
    },
    doubles: (length) => {
      at += length * 8;
      return new Float64Array(length).map((_, index) => view.getFloat64(at + (index - length) * 8, true));
    },
  };
}
