import type { Datum } from '@/lib/rl/datum';

/** A batch in shared arrays, so that every worker reads it without a copy. Sequence i is tokens[offsets[i]…offsets[i+1]). */
export type PackedBatch = {
  readonly offsets: Int32Array;
  readonly tokens: Int32Array;
  readonly weights: Float32Array;
  readonly logprobs: Float32Array;
  readonly advantages: Float32Array;
  readonly references: Float32Array;
};

export const sharedInts = (count: number): Int32Array =>
  new Int32Array(new SharedArrayBuffer(Math.max(1, count) * 4));
export const sharedFloats = (count: number): Float32Array =>
  new Float32Array(new SharedArrayBuffer(Math.max(1, count) * 4));
export const sharedDoubles = (count: number): Float64Array =>
  new Float64Array(new SharedArrayBuffer(Math.max(1, count) * 8));

export function packBatch(batch: readonly Datum[]): PackedBatch {
  const total = batch.reduce((sum, datum) => sum + datum.tokens.length, 0);
  const packed = {
    offsets: sharedInts(batch.length + 1),
    tokens: sharedInts(total),
    weights: sharedFloats(total),
    logprobs: sharedFloats(total),
    advantages: sharedFloats(total),
    references: sharedFloats(batch.some((datum) => datum.referenceLogprobs) ? total : 0),
  };
  let at = 0;
  for (const [index, datum] of batch.entries()) {
    packed.tokens.set(datum.tokens, at);
    packed.weights.set(datum.weights, at);
    if (datum.logprobs) packed.logprobs.set(datum.logprobs, at);
    if (datum.advantages) packed.advantages.set(datum.advantages, at);
    if (datum.referenceLogprobs) packed.references.set(datum.referenceLogprobs, at);
    at += datum.tokens.length;
    packed.offsets[index + 1] = at;
  }
  return packed;
}

/** What one forward pass takes: whole sequences of a packed batch. */
export type MicroBatch = {
  /** Indices into the packed batch. */
  readonly sequences: readonly number[];
  /** Positions that are fed: every token but the last of each sequence. */
  readonly rows: number;
};

/** Splits sequences, in order, into micro-batches of at most `maxRows` positions. Sequences of one token have none. */
export function splitMicroBatches(
  sequences: readonly number[],
  offsets: Int32Array,
  maxRows: number,
): readonly MicroBatch[] {
  const batches: MicroBatch[] = [];
  let current: number[] = [];
  let rows = 0;
  for (const sequence of sequences) {
    const length = (offsets[sequence + 1] ?? 0) - (offsets[sequence] ?? 0) - 1;
    if (length < 1) continue;
    if (rows + length > maxRows && current.length > 0) {
      batches.push({ sequences: current, rows });
      current = [];
      rows = 0;
    }
    current.push(sequence);
    rows += length;
  }
  if (current.length > 0) batches.push({ sequences: current, rows });
  return batches;
}
