import { z } from 'zod';

/**
 * Token ids of one context that grew from call to call, exactly as the model read and produced them. All arrays have
 * the length of `tokens`.
 */
export const TrajectorySequence = z.object({
  tokens: z.array(z.number().int()),
  /** Text of each token, so that a viewer needs no tokenizer. */
  tokenTexts: z.array(z.string()),
  /** 1 = trained on; 0 = prompt, tool result, or left out by the worker's loss mask. */
  lossMask: z.array(z.number().int()),
  /** Sampler's natural-log probability of each token that the model produced; 0 for the others. */
  logprobs: z.array(z.number()),
  /** Weight version that produced each token, or first read it; empty in records older than this field. */
  weightVersions: z.array(z.number().int()),
});
export type TrajectorySequence = z.infer<typeof TrajectorySequence>;
