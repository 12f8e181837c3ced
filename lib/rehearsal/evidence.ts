/** What a rehearsal has seen so far; counts over all attempts of the process. */
export type Evidence = {
  /** Why the services could not be opened, the last time; null = they were. */
  openFailure: string | null;
  opened: number;
  model: string | null;
  completions: number;
  tokens: number;
  /** Completions whose log-probabilities are not one finite number ≤ 0 for each token. */
  misaligned: number;
  scored: number;
  failed: number;
  firstFailure: string | null;
  nonFiniteRewards: number;
  steps: number;
  /** Steps of the run that learned from made-up advantages, since all rewards of every group were equal. */
  madeUpSteps: number;
  stepFailure: string | null;
  nonFiniteLosses: number;
  lastLoss: number | null;
  published: number;
  /** Completions that were sampled from weights that the run had trained. */
  fromTrained: number;
  newestVersion: number | null;
  saved: number;
  loaded: number;
  /** Largest difference of a log-probability between before and after the reload; null = not compared. */
  reloadGap: number | null;
  stateFailure: string | null;
  heldOut: number;
  wantsHeldOut: boolean;
  closeFailure: string | null;
  end: { readonly status: string; readonly reason: string | null } | null;
};

export function noEvidence(wantsHeldOut: boolean): Evidence {
  return {
    openFailure: null,
    opened: 0,
    model: null,
    completions: 0,
    tokens: 0,
    misaligned: 0,
    scored: 0,
    failed: 0,
    firstFailure: null,
    nonFiniteRewards: 0,
    steps: 0,
    madeUpSteps: 0,
    stepFailure: null,
    nonFiniteLosses: 0,
    lastLoss: null,
    published: 0,
    fromTrained: 0,
    newestVersion: null,
    saved: 0,
    loaded: 0,
    reloadGap: null,
    stateFailure: null,
    heldOut: 0,
    wantsHeldOut,
    closeFailure: null,
    end: null,
  };
}
