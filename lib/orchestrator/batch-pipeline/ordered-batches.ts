import type { BatchSampler, SampledBatch } from '../rollout/batch-sampler';
import type { TrajectoryPool } from '../trajectory-pool/trajectory-pool';
import { mayRunAhead } from './sync-rule';
import type { BatchPipeline } from './batch-pipeline';

export type OrderedBatchesParts = {
  readonly batches: BatchSampler;
  readonly pool: TrajectoryPool;
  readonly epochOf: (step: number) => number;
  /** Versions that a batch may lag behind when it is trained on; 0 = `sync`. */
  readonly staleness: number;
  /** Version that rollouts use. */
  readonly samplerVersion: () => number;
  /** Something after the step needs the newest weights. */
  readonly isBoundary: (step: number) => boolean;
};

type Outcome =
  | { readonly kind: 'sampled'; readonly sampled: SampledBatch }
  | { readonly kind: 'failed'; readonly error: unknown };
type Ahead = { readonly step: number; readonly outcome: Promise<Outcome> };

/**
 * `sync` and `batch-async`: whole batches in the order of the data, each sampled with one version of the weights. At
 * most one batch is ahead of the trainer, which bounds the memory. The position is the number of the step.
 */
export function createOrderedBatches(parts: OrderedBatchesParts): BatchPipeline {
  const { batches, pool } = parts;
  const closing = new AbortController();
  let signal: AbortSignal = closing.signal;
  let ahead: Ahead | null = null;

  const sample = (step: number): Promise<Outcome> =>
    batches.sample(step, signal).then(
      (sampled) => ({ kind: 'sampled', sampled }),
      // told when its step comes
      (error: unknown) => ({ kind: 'failed', error }),
    );
  return {
    begin: (_position, outer) => {
      signal = AbortSignal.any([outer, closing.signal]);
    },
    next: async ({ step, version }) => {
      const outcome = await (ahead?.step === step ? ahead.outcome : sample(step));
      ahead = null;
      if (outcome.kind === 'failed') throw outcome.error;
      const facts = {
        trainer: version,
        sampler: parts.samplerVersion(),
        isBoundary: parts.isBoundary(step),
      };
      const goesOn = mayRunAhead(parts.staleness, facts);
      if (goesOn) ahead = { step: step + 1, outcome: sample(step + 1) };
      return {
        ...outcome.sampled,
        epoch: parts.epochOf(step),
        takesWeights: !goesOn,
        stale: { trajectories: 0, lostPrompts: 0 },
      };
    },
    position: () => null,
    hold: async () => {
      await ahead?.outcome;
    },
    partial: () => pool.takePartial(),
    close: () => closing.abort(new Error('The attempt is over.')),
  };
}
