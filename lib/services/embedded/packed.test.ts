import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  PackedBatch,
  packBatch,
  PackedFloats,
  PackedInts,
  packRaggedFloats,
  packRaggedInts,
  packWords,
  RaggedFloats,
  RaggedInts,
} from './packed';

const float32 = fc.float({ noDefaultInfinity: false });
const rows = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T[][]> =>
  fc.array(fc.array(value, { maxLength: 9 }), { maxLength: 9 });

test('floats survive to the bit, infinities and NaN included', () => {
  fc.assert(
    fc.property(fc.array(float32), (values) => {
      const sent = Float32Array.from(values);
      expect([...PackedFloats.parse(packWords(sent))]).toEqual([...sent]);
    }),
  );
  expect([...PackedFloats.parse(packWords(Float32Array.of(-Infinity, NaN, -0)))]).toEqual([
    -Infinity,
    NaN,
    -0,
  ]);
});

test('rows of different lengths come back as they were sent', () => {
  fc.assert(
    fc.property(rows(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })), rows(float32), (ints, floats) => {
      expect(RaggedInts.parse(packRaggedInts(ints)).map((row) => [...row])).toEqual(ints);
      const exact = floats.map((row) => [...Float32Array.from(row)]);
      expect(RaggedFloats.parse(packRaggedFloats(floats)).map((row) => [...row])).toEqual(exact);
    }),
  );
});

test('a view into a larger buffer sends its own part only', () => {
  const whole = Int32Array.of(1, 2, 3, 4);
  expect([...PackedInts.parse(packWords(whole.subarray(1, 3)))]).toEqual([2, 3]);
});

test('a batch keeps its columns, and a column that nobody has stays away', () => {
  const datum = { tokens: Int32Array.of(5, 6), weights: Float32Array.of(0, 1) };
  const full = { ...datum, logprobs: Float32Array.of(0, -0.5), advantages: Float32Array.of(0, 2) };
  expect(PackedBatch.parse(packBatch([datum, datum]))).toEqual([datum, datum]);
  expect(PackedBatch.parse(packBatch([full, full]))).toEqual([full, full]);
});

test('a batch in which only some sequences have a column, or a column has another length, is not sent', () => {
  const datum = { tokens: Int32Array.of(5, 6), weights: Float32Array.of(0, 1) };
  expect(() => packBatch([datum, { ...datum, logprobs: new Float32Array(2) }])).toThrow(
    /Only some sequences/,
  );
  expect(() => packBatch([{ ...datum, advantages: new Float32Array(3) }])).toThrow(
    /3 advantages for 2 tokens/,
  );
});

test.each([
  ['text that is not base64', '????'],
  ['half a word', 'AAA='],
  ['a cut string', 'AAAAA'],
])('%s is refused', (_, text) => {
  expect(PackedInts.safeParse(text).success).toBe(false);
});

test('lengths that do not add up are refused', () => {
  const packed = packRaggedInts([[1, 2], [3]]);
  expect(RaggedInts.safeParse({ ...packed, lengths: packWords(Int32Array.of(2, 2)) }).success).toBe(false);
  expect(RaggedInts.safeParse({ ...packed, lengths: packWords(Int32Array.of(4, -1)) }).success).toBe(false);
});
