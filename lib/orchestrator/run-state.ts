import { z } from 'zod';
import { PromptPosition } from './batch-pipeline/batch-pipeline';

/** What the supervised phase did; kept, so that a resumed run still shows it. */
export const WarmStartRecord = z.object({
  /** Cross-entropy by update. */
  loss: z.array(z.number().nullable()),
  /** Sampled exact rate after so many updates. */
  exact: z.array(z.object({ update: z.number().int(), share: z.number() })),
});
export type WarmStartRecord = z.infer<typeof WarmStartRecord>;

/** All that the run process must remember to continue, beside the services' state. Everything else follows from the seed. */
export const RunState = z.object({
  /** Completed GRPO steps. */
  step: z.number().int().nonnegative(),
  rateFactor: z.number().positive(),
  /** Coefficient of the KL penalty in the reward; null until a step has set it, and in runs without one. */
  klCoefficient: z.number().nonnegative().nullable().default(null),
  /** Of the trainer's weights: how often they have changed. */
  weightVersion: z.number().int().nonnegative(),
  trainSeconds: z.number().nonnegative(),
  generatedTokens: z.number().nonnegative(),
  /** Prompts that are still to be trained on; null where they follow from the step. */
  prompts: PromptPosition.nullable().default(null),
  /** Step at which the data began anew, in a run that began from the checkpoint of another; else 0. */
  dataFrom: z.number().int().nonnegative().default(0),
  /** Null until the warm start is done, and in runs without one. */
  warmStart: WarmStartRecord.nullable(),
});
export type RunState = z.infer<typeof RunState>;

export const FRESH_STATE: RunState = {
  step: 0,
  rateFactor: 1,
  klCoefficient: null,
  weightVersion: 0,
  trainSeconds: 0,
  generatedTokens: 0,
  prompts: null,
  dataFrom: 0,
  warmStart: null,
};
