export type SyncFacts = {
  /** Version of the weights that the batch at hand is about to be trained on. */
  readonly trainer: number;
  /** Version that rollouts use. */
  readonly sampler: number;
  /** Something between this step and the next needs the newest weights: a validation, a new stage, the end. */
  readonly isBoundary: boolean;
};

/**
 * `batch-async`: whether the next batch may be sampled with the sampler's weights while this one is trained on. Where
 * it may not, rollouts wait for the weights that come out of this step. A step adds one version at most, so the next
 * batch is at most `staleness` versions old when it is trained on; with 0 the rule is that of `sync`.
 */
export function mayRunAhead(staleness: number, { trainer, sampler, isBoundary }: SyncFacts): boolean {
  return !isBoundary && trainer + 1 - sampler <= staleness;
}
