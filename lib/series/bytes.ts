const CONTINUES = 128;
const FIRST_CAPACITY = 1024;

export type ByteWriter = {
  byte(value: number): void;
  /** A whole number from 0 to 2^53 − 1, seven bits per byte. */
  unsigned(value: number): void;
  /** Whole numbers as differences from their predecessors, in either direction. */
  differences(values: readonly number[]): void;
  /** Eight bytes each, bit for bit (NaN stays NaN). */
  doubles(values: readonly number[]): void;
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
  const unsigned = (value: number): void => {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new RangeError(`${value} is no unsigned whole number`);
    let rest = value;
    while (rest >= CONTINUES) {
      byte((rest % CONTINUES) + CONTINUES);
      rest = Math.floor(rest / CONTINUES);
    }
    byte(rest);
  };
  return {
    byte,
    unsigned,
    differences: (values) => {
      let previous = 0;
      for (const value of values) {
        const difference = value - previous;
        // Zigzag: small differences stay small whatever their sign.
        unsigned(difference >= 0 ? difference * 2 : -difference * 2 - 1);
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
  differences(length: number): number[];
  doubles(length: number): number[];
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
      const values: number[] = [];
      let previous = 0;
      for (let index = 0; index < length; index += 1) {
        const zigzag = unsigned();
        previous += zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
        values.push(previous);
      }
      return values;
    },
    doubles: (length) => {
      const values: number[] = [];
      for (let index = 0; index < length; index += 1) {
        values.push(view.getFloat64(at, true));
        at += 8;
      }
      return values;
    },
  };
}
