export type MiniBatchLimits = {
  /** Optimizer steps per rollout batch, at most. */
  readonly maxMiniBatches: number;
  /** A mini-batch has at least this many sequences, unless the whole batch has fewer. */
  readonly minSequences: number;
};

/** Splits a batch into contiguous mini-batches whose sizes differ by one at most. Order is kept; nothing is lost. */
export function splitMiniBatches<T>(batch: readonly T[], limits: MiniBatchLimits): readonly (readonly T[])[] {
  if (batch.length === 0) return [];
  const affordable = Math.floor(batch.length / Math.max(1, limits.minSequences));
  const parts = Math.max(1, Math.min(limits.maxMiniBatches, affordable));
  return Array.from({ length: parts }, (_, index) =>
    batch.slice(Math.floor((index * batch.length) / parts), Math.floor(((index + 1) * batch.length) / parts)),
  );
}
