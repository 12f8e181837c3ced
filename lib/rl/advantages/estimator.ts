/** A sequence that can be trained on, as an estimator sees it. */
export type ScoredSequence = {
  /** Place of its rollout in the group; the sequences of one rollout share it. */
  readonly rollout: number;
  readonly reward: number;
  /** Trained tokens. */
  readonly tokens: number;
  /** What a KL penalty takes from the reward at each trained token; null = no penalty. */
  readonly penalties: Float64Array | null;
};

/** The sequences of one prompt. */
export type ScoredGroup = readonly ScoredSequence[];

/** One number for all trained tokens of a sequence, or one for each of them. */
export type Advantage = number | Float64Array;

/** Advantages in the order of groups and sequences. Pure: the same groups give the same bits. */
export type AdvantageEstimator = (groups: readonly ScoredGroup[]) => readonly (readonly Advantage[])[];

/** What a sequence earned after its penalties. */
export function scoreOf({ reward, penalties }: ScoredSequence): number {
  if (penalties === null) return reward;
  let taken = 0;
  for (const penalty of penalties) taken += penalty;
  return reward - taken;
}

/** The mean score of each rollout of a group, in the order in which rollouts first appear: each weighs the same. */
export function rolloutScores(group: ScoredGroup): ReadonlyMap<number, number> {
  const sums = new Map<number, { sum: number; count: number }>();
  for (const sequence of group) {
    const entry = sums.get(sequence.rollout);
    if (entry === undefined) sums.set(sequence.rollout, { sum: scoreOf(sequence), count: 1 });
    else {
      entry.sum += scoreOf(sequence);
      entry.count += 1;
    }
  }
  return new Map([...sums].map(([rollout, { sum, count }]) => [rollout, sum / count]));
}

/** The advantage of the `index`-th trained token. */
export function advantageAt(advantage: Advantage, index: number): number {
  return typeof advantage === 'number' ? advantage : (advantage[index] ?? 0);
}

/** One number for lists and charts: the mean over the trained tokens. */
export function meanAdvantage(advantage: Advantage): number {
  if (typeof advantage === 'number') return advantage;
  let sum = 0;
  for (const value of advantage) sum += value;
  return advantage.length === 0 ? 0 : sum / advantage.length;
}

/** False for a sequence that would teach nothing. */
export function isInformative(advantage: Advantage): boolean {
  return typeof advantage === 'number' ? advantage !== 0 : advantage.some((value) => value !== 0);
}
