import { hasSignal } from '@/lib/rl/signal';
import { AppError } from '@/lib/shared/app-error';
import type { FailedRollout, Repeat, Rollout, RolloutTask, ScoredRollout } from '../rollout/rollout';
import type { FailurePolicy } from '../failure-policy';
import { createFailureBook } from './failure-book';
import { createGroupStore } from './group-store';
import { placeOf } from './place-of';
import { type Readiness, readyCount } from './readiness';

export type RolloutGroup = { readonly name: string; readonly rollouts: readonly ScoredRollout[] };

/** All rollouts of one step, in (prompt, sample) order. */
export type RolloutBatch = {
  readonly step: number;
  readonly asked: number;
  /** Groups with at least one scored rollout, to train on. */
  readonly groups: readonly RolloutGroup[];
  /** Groups that dynamic sampling has replaced, or did not need any more. */
  readonly dropped: readonly RolloutGroup[];
  readonly failed: readonly FailedRollout[];
};

/** Gathers the rollouts of a step by group and gives them away as one batch. */
export type TrajectoryPool = {
  /** Opens a step. What an aborted step left behind is dropped. */
  begin(step: number, tasks: readonly RolloutTask[]): void;
  /** More prompts for the open step; their places come after those that are there. */
  extend(tasks: readonly RolloutTask[]): void;
  /** Throws `AppError('unprocessable')` as soon as failures end the run. */
  put(rollout: Rollout): void;
  /** Failed rollouts that get another try, each given out once per failure. */
  toRepeat(): readonly Repeat[];
  /** Everything asked for is there, and it is enough for a batch. */
  isReady(): boolean;
  /** The whole step; throws when rollouts are missing. */
  take(): RolloutBatch;
  /** What is there of a step that was given up. */
  takePartial(): RolloutBatch;
};

export type TrajectoryPoolOptions = {
  readonly failures: FailurePolicy;
  /** Called once per rollout that failed for good. */
  readonly onFailed: (rollout: FailedRollout) => void;
  readonly readiness?: {
    readonly kind: Readiness;
    readonly batchSize: number;
    readonly keys: readonly string[];
    readonly groupSize: number;
  };
  /** Dynamic sampling: groups with a signal that a batch needs, and gets at most. */
  readonly wantedGroups?: number;
};

const AT_ONCE = { kind: 'loaded_batch_finished', batchSize: 1, keys: [], groupSize: 1 } as const;

export function createTrajectoryPool(options: TrajectoryPoolOptions): TrajectoryPool {
  const { kind, batchSize, ...grouping } = options.readiness ?? AT_ONCE;
  const { wantedGroups } = options;
  const store = createGroupStore<ScoredRollout>(grouping);
  const failures = createFailureBook(options.failures);
  let open: { readonly step: number; readonly tasks: readonly RolloutTask[] } = { step: 0, tasks: [] };
  const rollouts = new Map<string, Rollout>();

  const clear = (): void => {
    rollouts.clear();
    failures.clear();
    store.clear();
  };
  const arrived = (): readonly Rollout[] => open.tasks.flatMap((task) => rollouts.get(placeOf(task)) ?? []);
  const takePartial = (): RolloutBatch => {
    const batch = batchOf(open, arrived(), wantedGroups);
    clear();
    return batch;
  };
  const fail = (rollout: FailedRollout): void => {
    if (!failures.add(rollout)) return;
    rollouts.set(placeOf(rollout.task), rollout);
    options.onFailed(rollout);
    const end = failures.verdict(open.tasks.length);
    if (end !== null) throw end;
  };

  return {
    begin: (step, tasks) => {
      clear();
      open = { step, tasks };
    },
    extend: (tasks) => {
      open = { ...open, tasks: [...open.tasks, ...tasks] };
    },
    put: (rollout) => {
      if (rollout.kind === 'failed') {
        fail(rollout);
        return;
      }
      const missing = store.put(rollout, { ...rollout.task.data, group: rollout.task.group });
      if (missing !== null) throw missingKey(missing);
      rollouts.set(placeOf(rollout.task), rollout);
    },
    toRepeat: () => failures.toRepeat(),
    isReady: () => {
      const isLoadedFinished = open.tasks.every((task) => rollouts.has(placeOf(task)));
      // a group that lost a member to a failure will not grow any more
      if (isLoadedFinished) store.flush();
      if (readyCount(kind, { finished: store.finished, batchSize, isLoadedFinished }) === 0) return false;
      return wantedGroups === undefined || groupsOf(arrived()).filter(hasGroupSignal).length >= wantedGroups;
    },
    take: () => {
      const missing = open.tasks.find((task) => !rollouts.has(placeOf(task)));
      if (missing !== undefined) {
        throw new Error(
          `Step ${missing.step} has no rollout for prompt ${missing.prompt}, sample ${missing.sample}.`,
        );
      }
      return takePartial();
    },
    takePartial,
  };
}

function batchOf(
  { step, tasks }: { readonly step: number; readonly tasks: readonly RolloutTask[] },
  inOrder: readonly Rollout[],
  wantedGroups: number | undefined,
): RolloutBatch {
  return {
    step,
    asked: tasks.length,
    ...chosenOf(groupsOf(inOrder), wantedGroups),
    failed: inOrder.filter((rollout) => rollout.kind === 'failed'),
  };
}

function groupsOf(inOrder: readonly Rollout[]): readonly RolloutGroup[] {
  const groups = new Map<string, ScoredRollout[]>();
  for (const rollout of inOrder) {
    if (rollout.kind === 'failed') continue;
    const group = groups.get(rollout.task.group);
    if (group) group.push(rollout);
    else groups.set(rollout.task.group, [rollout]);
  }
  return [...groups].map(([name, members]) => ({ name, rollouts: members }));
}

function hasGroupSignal({ rollouts }: RolloutGroup): boolean {
  return hasSignal(rollouts.map(({ evaluation }) => evaluation.reward));
}

/** The first wanted groups with a signal, in the order of prompts; all groups where none is wanted. */
function chosenOf(
  groups: readonly RolloutGroup[],
  wanted: number | undefined,
): Pick<RolloutBatch, 'groups' | 'dropped'> {
  if (wanted === undefined) return { groups, dropped: [] };
  const kept = new Set(groups.filter(hasGroupSignal).slice(0, wanted));
  return { groups: [...kept], dropped: groups.filter((group) => !kept.has(group)) };
}

function missingKey(key: string): AppError {
  return new AppError(
    'unprocessable',
    `trajectory_pool.key_list names "${key}", which a rollout does not have: name a column of the data, group_id or run_id.`,
  );
}
