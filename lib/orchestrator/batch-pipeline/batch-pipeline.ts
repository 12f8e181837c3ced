import { z } from 'zod';
import type { RolloutBatch } from '../trajectory-pool/trajectory-pool';

/** Which prompts of an endless sequence are still to be trained on. Prompts count from 0 over all passes of a stage. */
export const PromptPosition = z.object({
  /** The first prompt that was never begun. */
  next: z.number().int().nonnegative(),
  /** Earlier ones that were begun and not trained on, ascending. */
  pending: z.array(z.number().int().nonnegative()),
});
export type PromptPosition = z.infer<typeof PromptPosition>;

export type BatchRequest = {
  readonly step: number;
  /** Version of the weights that the batch will be trained on. */
  readonly version: number;
};

export type ProducedBatch = {
  readonly batch: RolloutBatch;
  /** Batches of prompts that were sampled for it. */
  readonly rounds: number;
  /** False when the rounds were used up before there was enough. */
  readonly isComplete: boolean;
  /** 0-based pass over the data that its last prompt belongs to. */
  readonly epoch: number;
  /** The sampler takes the weights that come out of this step; false = it goes on with those that it has. */
  readonly takesWeights: boolean;
  /** Sampled with weights that were too old by the time of this step, and left out. */
  readonly stale: { readonly trajectories: number; readonly lostPrompts: number };
};

/**
 * Produces the batches of a run or stage, one per step and in order. In the asynchronous modes it samples ahead while
 * a batch is trained on, as far as its bound allows.
 */
export type BatchPipeline = {
  /** Where a checkpoint left off (null = at the beginning), once and before the first batch. Aborts with the signal. */
  begin(position: PromptPosition | null, signal: AbortSignal): void;
  /** Rejects when a service is gone, too many rollouts failed, or the signal of `begin` aborts. */
  next(request: BatchRequest): Promise<ProducedBatch>;
  /** What a checkpoint of now has to keep: all but the prompts of batches that were given out. */
  position(): PromptPosition | null;
  /** Begins no more rollouts; resolves when none is in flight. The next `next` goes on. */
  hold(): Promise<void>;
  /** What is there of a batch that was given up. */
  partial(): RolloutBatch;
  /** Aborts what is in flight. */
  close(): void;
};
