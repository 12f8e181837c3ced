import type { Rollout, ScoredRollout } from '../rollout/rollout';
import { weightVersionOf } from '../weight-version-of';
import type { RolloutBatch, RolloutGroup } from '../trajectory-pool/trajectory-pool';

/** All rollouts of one prompt, done. */
export type FinishedGroup = {
  /** Number of its prompt. */
  readonly prompt: number;
  readonly rollouts: RolloutBatch;
};

export function scoredOf({ rollouts: { groups } }: FinishedGroup): readonly ScoredRollout[] {
  return groups.flatMap(({ rollouts }) => rollouts);
}

/** Versions between the oldest token of a group and the weights that would train on it. */
export function ageOf(group: FinishedGroup, version: number): number {
  const versions = scoredOf(group).flatMap(({ episode }) => weightVersionOf(episode) ?? []);
  return versions.reduce((age, sampled) => Math.max(age, version - sampled), 0);
}

/** The batch of a step: `chosen` to train on; the others were replaced by dynamic sampling, or failed. By prompt. */
export function batchOfGroups(
  step: number,
  groups: readonly FinishedGroup[],
  chosen: readonly FinishedGroup[],
): RolloutBatch {
  const names = new Map<string, number>();
  const stamped = groups
    .toSorted((left, right) => left.prompt - right.prompt)
    .map((group, place) => ({
      isChosen: chosen.includes(group),
      rollouts: stamp(group.rollouts, { step, place, names }),
    }));
  const groupsWhere = (isChosen: boolean): readonly RolloutGroup[] =>
    stamped.flatMap((each) => (each.isChosen === isChosen ? each.rollouts.groups : []));
  return {
    step,
    asked: groups.reduce((sum, { rollouts }) => sum + rollouts.asked, 0),
    groups: groupsWhere(true),
    dropped: groupsWhere(false),
    failed: stamped.flatMap(({ rollouts }) => rollouts.failed),
  };
}

type Place = { readonly step: number; readonly place: number; readonly names: Map<string, number> };

/** Rollouts belong to the step that trains on them. Two passes over a row in one batch are two groups. */
function stamp(rollouts: RolloutBatch, { step, place, names }: Place): RolloutBatch {
  const name = rollouts.groups[0]?.name ?? rollouts.failed[0]?.task.group ?? '';
  const times = (names.get(name) ?? 0) + 1;
  names.set(name, times);
  const group = times === 1 ? name : `${name} (${times})`;
  const moved = <Kind extends Rollout>(rollout: Kind): Kind => ({
    ...rollout,
    task: { ...rollout.task, step, prompt: place, group },
  });
  return {
    ...rollouts,
    groups: rollouts.groups.map((each) => ({ name: group, rollouts: each.rollouts.map(moved) })),
    failed: rollouts.failed.map(moved),
  };
}
