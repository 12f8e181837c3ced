import type { Datum } from '@/lib/rl/datum';
import type { NamedTensor, TensorFile, TensorValues } from '@/lib/shared/safetensors';
import { concatFloats, concatInts, splitRows } from '@/lib/services/embedded/packed';

// A batch as tensors: rows of different lengths, end to end. Every column but `lengths` has one entry per token.

const LENGTHS = 'lengths';
const TOKENS = 'tokens';
const COLUMNS = {
  weights: 'weights',
  logprobs: 'logprobs',
  advantages: 'advantages',
  referenceLogprobs: 'reference_logprobs',
} as const;
type Column = keyof typeof COLUMNS;
const COLUMN_KEYS: readonly Column[] = ['weights', 'logprobs', 'advantages', 'referenceLogprobs'];

/** Throws a `RangeError` for a batch in which a column is there for some sequences only, or of another length than the tokens. */
export function batchTensors(batch: readonly Datum[]): readonly NamedTensor[] {
  return [
    ...tokenTensors(batch),
    ...COLUMN_KEYS.flatMap((key) => {
      const rows = batch.map((datum) => datum[key]).filter((row) => row !== undefined);
      if (rows.length === 0) return [];
      checkRows(key, rows, batch);
      return [vector(COLUMNS[key], concatFloats(rows).values)];
    }),
  ];
}

/** The tokens alone, for a forward pass. */
export function tokenTensors(batch: readonly Datum[]): readonly NamedTensor[] {
  const { lengths, values } = concatInts(batch.map(({ tokens }) => tokens));
  return [vector(LENGTHS, lengths), vector(TOKENS, values)];
}

function checkRows(key: Column, rows: readonly Float32Array[], batch: readonly Datum[]): void {
  if (rows.length !== batch.length) throw new RangeError(`Only some sequences of the batch have ${key}`);
  rows.forEach((row, index) => {
    const wanted = batch[index]?.tokens.length;
    if (row.length !== wanted) {
      throw new RangeError(`Sequence ${index} has ${row.length} ${key} for ${wanted} tokens`);
    }
  });
}

/** The inverse; throws a `RangeError` that says what is wrong with the tensors. */
export function tensorBatch(tensors: TensorFile['tensors']): readonly Datum[] {
  const lengths = intsOf(tensors, LENGTHS);
  const tokens = rowsOf(TOKENS, lengths, intsOf(tensors, TOKENS));
  const columns = COLUMN_KEYS.flatMap((key) => {
    const values = tensors.get(COLUMNS[key]);
    if (values === undefined) return [];
    if (!(values instanceof Float32Array)) throw new RangeError(`The tensor ${COLUMNS[key]} is not F32`);
    return [{ key, rows: rowsOf(COLUMNS[key], lengths, values) }];
  });
  return tokens.map((row, index) => ({
    tokens: row,
    weights: new Float32Array(row.length),
    ...Object.fromEntries(columns.map(({ key, rows }) => [key, rows[index]])),
  }));
}

/** Log-probabilities of a batch, in its rows; throws a `RangeError`. */
export function logprobRows(tensors: TensorFile['tensors'], lengths: readonly number[]): Float32Array[] {
  const values = tensors.get('logprobs');
  if (!(values instanceof Float32Array)) throw new RangeError('The tensor logprobs is missing or not F32');
  return rowsOf('logprobs', Int32Array.from(lengths), values);
}

export function logprobTensor(rows: readonly Float32Array[]): NamedTensor {
  return vector('logprobs', concatFloats(rows).values);
}

function vector(name: string, values: TensorValues): NamedTensor {
  return { name, shape: [values.length], values };
}

function intsOf(tensors: TensorFile['tensors'], name: string): Int32Array {
  const values = tensors.get(name);
  if (!(values instanceof Int32Array)) throw new RangeError(`The tensor ${name} is missing or not I32`);
  return values;
}

function rowsOf<A extends TensorValues>(
  name: string,
  lengths: Int32Array,
  values: { readonly length: number; subarray(start: number, end: number): A },
): A[] {
  const rows = splitRows(lengths, values);
  if (rows === null)
    throw new RangeError(`The tensor lengths does not add up to the ${values.length} ${name}`);
  return rows;
}
