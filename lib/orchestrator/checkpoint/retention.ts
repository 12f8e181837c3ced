/** Which checkpoints of a run stay on disk. */
export type Retention = {
  /** So many of the newest; null = all. */
  readonly keepLast: number | null;
  /** The metric by which the best one is told; null = none is. */
  readonly best: BestBy | null;
};

export type BestBy = {
  /** A metric of validations: `val/reward_mean`. */
  readonly metric: string;
  readonly goal: 'max' | 'min';
};

export type ScoredCheckpoint = {
  readonly step: number;
  /** Null when the model was not validated at that step. */
  readonly score: number | null;
};

/** The earliest of those with the best score; null when none has one. */
export function bestCheckpoint(
  checkpoints: readonly ScoredCheckpoint[],
  goal: BestBy['goal'],
): { readonly step: number; readonly score: number } | null {
  const sign = goal === 'max' ? 1 : -1;
  const ascending = checkpoints.toSorted((left, right) => left.step - right.step);
  return ascending.reduce<{ readonly step: number; readonly score: number } | null>(
    (best, { step, score }) => {
      if (score === null || (best !== null && sign * score <= sign * best.score)) return best;
      return { step, score };
    },
    null,
  );
}

/** Steps whose checkpoints may go: never the newest, never the best. */
export function removable(
  checkpoints: readonly ScoredCheckpoint[],
  { keepLast, best }: Retention,
): readonly number[] {
  if (keepLast === null) return [];
  const kept = best === null ? null : bestCheckpoint(checkpoints, best.goal);
  return checkpoints
    .map(({ step }) => step)
    .sort((left, right) => right - left)
    .slice(Math.max(1, keepLast))
    .filter((step) => step !== kept?.step);
}
