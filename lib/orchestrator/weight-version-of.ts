import type { Episode } from './rollout/rollout';

/** Weight version that produced a rollout; of several, the oldest. Null when the model produced nothing. */
export function weightVersionOf({ sequences }: Episode): number | null {
  let oldest: number | null = null;
  for (const { weightVersions, logprobs, lossMask } of sequences) {
    for (const [index, version] of weightVersions.entries()) {
      const isProduced = lossMask[index] === 1 || logprobs[index] !== 0;
      if (isProduced && (oldest === null || version < oldest)) oldest = version;
    }
  }
  return oldest;
}
