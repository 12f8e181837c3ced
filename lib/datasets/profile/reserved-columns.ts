/** Columns whose names a run uses for something else, and what would happen. */
export type ReservedColumn = {
  /** In NexRL, which copies every column onto each trajectory after it was made. */
  readonly inNexrl: string;
  /** Whether NexRL would train on wrong numbers without a word. */
  readonly isHarmful: boolean;
  /** In Galley's own runs; null where the name means nothing. */
  readonly inGalley: string | null;
};

const overwrites = (what: string): ReservedColumn => ({
  inNexrl: `it replaces ${what} of every trajectory without a word`,
  isHarmful: true,
  inGalley: null,
});

export const RESERVED_COLUMNS: Readonly<Record<string, ReservedColumn>> = {
  reward: overwrites('the computed reward'),
  score: overwrites("the evaluator's score"),
  tokens: overwrites('the tokens that the trainer learns from'),
  loss_mask: overwrites('the mask that says which tokens are trained'),
  logprobs: overwrites('the log-probabilities of the sampler'),
  model_tag: { ...overwrites('the tag that routes a trajectory to its trainer'), isHarmful: true },
  temperature: { ...overwrites('the sampling temperature'), isHarmful: true },
  group_id: {
    inNexrl: 'rows with the same value become one GRPO group',
    isHarmful: false,
    inGalley: "the evaluator gets the group of the rollout under this name, not the file's value",
  },
  run_id: {
    inNexrl: 'it is replaced by the number of the copy of a prompt',
    isHarmful: false,
    inGalley: "the evaluator gets the number of the sample under this name, not the file's value",
  },
};
