import { hasSignal } from '@/lib/rl/signal';
import type { RolloutBatch } from '../trajectory-pool/trajectory-pool';
import { ageOf, batchOfGroups, type FinishedGroup, scoredOf } from './group-batch';

export type WaitingGroupsOptions = {
  readonly groupsPerBatch: number;
  /** Versions; older groups are not trained on. */
  readonly staleness: number;
  /** Dynamic sampling: groups without a signal do not count. Those without a scored rollout never do. */
  readonly needsSignal: boolean;
  /** After so many groups, whether they count or not, a step takes what there is. */
  readonly maxGroups: number;
};

export type TakenGroups = {
  readonly batch: RolloutBatch;
  /** Numbers of the prompts of the batch, ascending. */
  readonly prompts: readonly number[];
  readonly chosen: number;
};

/** Groups that are done and wait for the trainer, in the order in which they were done. */
export type WaitingGroups = {
  add(group: FinishedGroup): void;
  /** Those that count towards a batch. */
  readonly useful: number;
  isReady(): boolean;
  /** The first groups that make a batch, and all that will never count. */
  take(step: number): TakenGroups;
  /** Removes the groups that are too old for weights of this version. */
  removeStale(version: number): readonly FinishedGroup[];
  /** All of them. */
  batch(step: number): RolloutBatch;
};

export function createWaitingGroups(options: WaitingGroupsOptions): WaitingGroups {
  const { groupsPerBatch, staleness, needsSignal, maxGroups } = options;
  let groups: readonly FinishedGroup[] = [];
  const isUseful = (group: FinishedGroup): boolean => {
    const scored = scoredOf(group);
    return needsSignal ? hasSignal(scored.map(({ evaluation }) => evaluation.reward)) : scored.length > 0;
  };
  const useful = (): readonly FinishedGroup[] => groups.filter(isUseful);
  const remove = (gone: readonly FinishedGroup[]): void => {
    groups = groups.filter((group) => !gone.includes(group));
  };
  return {
    add: (group) => {
      groups = [...groups, group];
    },
    get useful() {
      return useful().length;
    },
    isReady: () => useful().length >= groupsPerBatch || groups.length >= maxGroups,
    take: (step) => {
      const chosen = useful().slice(0, groupsPerBatch);
      const taken = groups.filter((group) => chosen.includes(group) || !isUseful(group));
      remove(taken);
      return {
        batch: batchOfGroups(step, taken, chosen),
        prompts: taken.map(({ prompt }) => prompt).sort((left, right) => left - right),
        chosen: chosen.length,
      };
    },
    removeStale: (version) => {
      const stale = groups.filter((group) => ageOf(group, version) > staleness);
      remove(stale);
      return stale;
    },
    batch: (step) => batchOfGroups(step, groups, groups),
  };
}
