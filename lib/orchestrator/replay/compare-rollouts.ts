import type { Rollout, ScoredRollout } from '../rollout/rollout';
import type { StoredAnswer } from './stored-rollouts';

/** A number before and after; null where there is none: the rollout failed, or nothing was computed for it. */
export type Change = { readonly before: number | null; readonly after: number | null };

export type RolloutChange = {
  /** Rowid in the store. */
  readonly id: number;
  readonly sample: number;
  readonly reward: Change;
  readonly advantage: Change;
  /** Why it has no score now. */
  readonly error: string | null;
};

export type GroupChange = {
  readonly group: string;
  /** Means over the scored rollouts. */
  readonly reward: Change;
  readonly rollouts: readonly RolloutChange[];
};

export type MetricChange = Change & { readonly key: string };

/** One side of a comparison: rollouts by place, and their advantages. */
export type Side = {
  readonly rollouts: readonly Rollout[];
  readonly advantages: ReadonlyMap<ScoredRollout, number>;
  readonly metrics: Readonly<Record<string, number>>;
};

/** Sums of doubles in another order differ in their last digits. */
const TOLERANCE = 1e-9;

export function isChanged({ before, after }: Change): boolean {
  if (before === null || after === null) return before !== after;
  if (Number.isNaN(before) || Number.isNaN(after)) return Number.isNaN(before) !== Number.isNaN(after);
  return Math.abs(before - after) > TOLERANCE * Math.max(1, Math.abs(before), Math.abs(after));
}

/** `answers`, and the rollouts of both sides, stand in one order. */
export function compareRollouts(
  answers: readonly StoredAnswer[],
  before: Side,
  after: Side,
): readonly GroupChange[] {
  const groups = new Map<string, RolloutChange[]>();
  for (const [index, { id, task }] of answers.entries()) {
    const [old, now] = [before.rollouts[index], after.rollouts[index]];
    const change = {
      id,
      sample: task.sample,
      reward: { before: rewardOf(old), after: rewardOf(now) },
      advantage: { before: advantageOf(old, before), after: advantageOf(now, after) },
      error: now?.kind === 'failed' ? now.message : null,
    };
    groups.set(task.group, [...(groups.get(task.group) ?? []), change]);
  }
  return [...groups].map(([group, rollouts]) => ({
    group,
    reward: {
      before: meanOf(rollouts.map(({ reward }) => reward.before)),
      after: meanOf(rollouts.map(({ reward }) => reward.after)),
    },
    rollouts,
  }));
}

/** Metrics that differ, or that only one side has, in the order of their keys. */
export function compareMetrics(before: Side, after: Side): readonly MetricChange[] {
  const keys = [...new Set([...Object.keys(before.metrics), ...Object.keys(after.metrics)])].toSorted();
  return keys
    .map((key) => ({ key, before: before.metrics[key] ?? null, after: after.metrics[key] ?? null }))
    .filter(isChanged);
}

function rewardOf(rollout: Rollout | undefined): number | null {
  return rollout?.kind === 'scored' ? rollout.evaluation.reward : null;
}

function advantageOf(rollout: Rollout | undefined, { advantages }: Side): number | null {
  return rollout?.kind === 'scored' ? (advantages.get(rollout) ?? null) : null;
}

function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
