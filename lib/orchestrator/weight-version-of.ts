import type { Episode } from './rollout/rollout';

/** Weight version that produced a rollout; of several, the oldest. Null when the model produced nothing. */
export function weightVersionOf({ sequences }: Episode): number | null {
  let oldest: number | null = null;
  for (const { weightVersions, logprobs, lossMask } of sequences) {
    for (let at = 0; at < weightVersions.length; at += 1) {
      const version = weightVersions[at] ?? 0;
      if (oldest !== null && version >= oldest) continue;
      if (lossMask[at] === 1 || logprobs[at] !== 0) oldest = version;
    }
  }
  return oldest;
}
