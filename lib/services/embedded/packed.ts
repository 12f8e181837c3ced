import { z } from 'zod';
import type { Datum } from '@/lib/rl/datum';

// Arrays of numbers travel as base64 of little-endian 32-bit words: exact for floats (infinities and NaN included), and
// a step of 512 sequences becomes five strings instead of a hundred thousand JSON numbers.

const WORD = 4;

/** Base64 of 32-bit integers. */
export const PackedInts = z.string().transform((text, context) => {
  const bytes = decodeWords(text);
  if (bytes === null) return refuse(context);
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / WORD);
});

/** Base64 of 32-bit floats. */
export const PackedFloats = z.string().transform((text, context) => {
  const bytes = decodeWords(text);
  if (bytes === null) return refuse(context);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / WORD);
});

export function packWords(values: Int32Array | Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

function refuse(context: z.RefinementCtx): never {
  context.addIssue({ code: 'custom', message: 'is not base64 of whole 32-bit words' });
  return z.NEVER;
}

function decodeWords(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  // Buffer skips what is not base64, so damage shows as missing bytes
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const expected = (text.length / 4) * 3 - padding;
  if (bytes.byteLength !== expected || bytes.byteLength % WORD !== 0) return null;
  return bytes.byteOffset % WORD === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
}

/** Rows of different lengths, end to end. */
export type Ragged<A> = { readonly lengths: Int32Array; readonly values: A };

export function concatInts(rows: readonly ArrayLike<number>[]): Ragged<Int32Array> {
  const lengths = Int32Array.from(rows, (row) => row.length);
  return { lengths, values: fill(new Int32Array(total(lengths)), rows) };
}

export function concatFloats(rows: readonly ArrayLike<number>[]): Ragged<Float32Array> {
  const lengths = Int32Array.from(rows, (row) => row.length);
  return { lengths, values: fill(new Float32Array(total(lengths)), rows) };
}

function fill<A extends Int32Array | Float32Array>(target: A, rows: readonly ArrayLike<number>[]): A {
  let offset = 0;
  for (const row of rows) {
    target.set(row, offset);
    offset += row.length;
  }
  return target;
}

function total(lengths: Int32Array): number {
  let sum = 0;
  for (const length of lengths) sum += length;
  return sum;
}

/** `Array.from` goes through the iterator: ten times slower, and a batch has tens of thousands of tokens. */
export function toNumbers(values: Int32Array | Float32Array): number[] {
  const numbers = new Array<number>(values.length);
  for (let index = 0; index < values.length; index++) numbers[index] = values[index] ?? 0;
  return numbers;
}

/** Views of the rows; null when the lengths do not add up. */
export function splitRows<A extends Int32Array | Float32Array>(
  lengths: Int32Array,
  values: { readonly length: number; subarray(start: number, end: number): A },
): A[] | null {
  const rows: A[] = [];
  let offset = 0;
  for (const length of lengths) {
    if (length < 0) return null;
    rows.push(values.subarray(offset, offset + length));
    offset += length;
  }
  return offset === values.length ? rows : null;
}

export const RaggedInts = z
  .object({ lengths: PackedInts, values: PackedInts })
  .transform((packed, context) => splitRows(packed.lengths, packed.values) ?? refuseLengths(context));
export const RaggedFloats = z
  .object({ lengths: PackedInts, values: PackedFloats })
  .transform((packed, context) => splitRows(packed.lengths, packed.values) ?? refuseLengths(context));

function refuseLengths(context: z.RefinementCtx): never {
  context.addIssue({ code: 'custom', message: 'has lengths that do not add up to its values' });
  return z.NEVER;
}

export function packRaggedInts(rows: readonly ArrayLike<number>[]): z.input<typeof RaggedInts> {
  const { lengths, values } = concatInts(rows);
  return { lengths: packWords(lengths), values: packWords(values) };
}

export function packRaggedFloats(rows: readonly ArrayLike<number>[]): z.input<typeof RaggedFloats> {
  const { lengths, values } = concatFloats(rows);
  return { lengths: packWords(lengths), values: packWords(values) };
}

/** A batch of training sequences; a column is null when no datum has it. */
export const PackedBatch = z
  .object({
    lengths: PackedInts,
    tokens: PackedInts,
    weights: PackedFloats,
    logprobs: PackedFloats.nullable(),
    advantages: PackedFloats.nullable(),
    references: PackedFloats.nullable().default(null),
  })
  .transform((packed, context): readonly Datum[] => {
    const tokens = splitRows(packed.lengths, packed.tokens);
    const weights = splitRows(packed.lengths, packed.weights);
    const logprobs = packed.logprobs === null ? [] : splitRows(packed.lengths, packed.logprobs);
    const advantages = packed.advantages === null ? [] : splitRows(packed.lengths, packed.advantages);
    const references = packed.references === null ? [] : splitRows(packed.lengths, packed.references);
    const columns = [logprobs, advantages, references];
    if (tokens === null || weights === null || columns.includes(null)) return refuseLengths(context);
    return tokens.map((row, index) => {
      const datum = { tokens: row, weights: weights[index] ?? new Float32Array(row.length) };
      const old = logprobs?.[index];
      const advantage = advantages?.[index];
      const reference = references?.[index];
      return {
        ...datum,
        ...(old === undefined ? {} : { logprobs: old }),
        ...(advantage === undefined ? {} : { advantages: advantage }),
        ...(reference === undefined ? {} : { referenceLogprobs: reference }),
      };
    });
  });

/** Throws a `RangeError` for a batch in which a column is there for some datums only, or of another length than the tokens. */
export function packBatch(batch: readonly Datum[]): z.input<typeof PackedBatch> {
  const tokens = concatInts(batch.map((datum) => datum.tokens));
  const column = (name: Exclude<keyof Datum, 'tokens'>): string | null => {
    const rows = batch.map((datum) => datum[name]).filter((row) => row !== undefined);
    if (rows.length === 0) return null;
    if (rows.length !== batch.length) throw new RangeError(`Only some sequences of the batch have ${name}`);
    rows.forEach((row, index) => {
      if (row.length !== tokens.lengths[index]) {
        throw new RangeError(
          `Sequence ${index} has ${row.length} ${name} for ${tokens.lengths[index]} tokens`,
        );
      }
    });
    return packWords(concatFloats(rows).values);
  };
  return {
    lengths: packWords(tokens.lengths),
    tokens: packWords(tokens.values),
    weights: column('weights') ?? '',
    logprobs: column('logprobs'),
    advantages: column('advantages'),
    references: column('referenceLogprobs'),
  };
}
