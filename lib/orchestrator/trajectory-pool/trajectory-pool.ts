import { AppError } from '@/lib/shared/app-error';
import type { FailedRollout, Rollout, RolloutTask, ScoredRollout } from '../rollout/rollout';

export type RolloutGroup = { readonly name: string; readonly rollouts: readonly ScoredRollout[] };

/** All rollouts of one step, in (prompt, sample) order. */
export type RolloutBatch = {
  readonly step: number;
  readonly asked: number;
  /** Groups with at least one scored rollout. */
  readonly groups: readonly RolloutGroup[];
  readonly failed: readonly FailedRollout[];
};

/** Gathers the rollouts of a step by group and gives them away as one batch. */
export type TrajectoryPool = {
  /** Opens a step. What an aborted step left behind is dropped. */
  begin(step: number, tasks: readonly RolloutTask[]): void;
  /** Throws `AppError('unprocessable')` as soon as too many rollouts of the step have failed. */
  put(rollout: Rollout): void;
  /** The whole step; throws when rollouts are missing. */
  take(): RolloutBatch;
  /** What is there of a step that was given up. */
  takePartial(): RolloutBatch;
};

export type TrajectoryPoolOptions = {
  readonly maxFailedShare: number;
  readonly onFailed: (rollout: FailedRollout) => void;
};

export function createTrajectoryPool(options: TrajectoryPoolOptions): TrajectoryPool {
  let open: { readonly step: number; readonly tasks: readonly RolloutTask[] } = { step: 0, tasks: [] };
  let rollouts = new Map<string, Rollout>();
  let failed: FailedRollout[] = [];

  const takePartial = (): RolloutBatch => {
    const inOrder = open.tasks.flatMap((task) => rollouts.get(placeOf(task)) ?? []);
    rollouts = new Map();
    return {
      step: open.step,
      asked: open.tasks.length,
      groups: groupsOf(inOrder),
      failed: inOrder.filter((rollout) => rollout.kind === 'failed'),
    };
  };

  return {
    begin: (step, tasks) => {
      open = { step, tasks };
      rollouts = new Map();
      failed = [];
    },
    put: (rollout) => {
      rollouts.set(placeOf(rollout.task), rollout);
      if (rollout.kind === 'scored') return;
      failed.push(rollout);
      options.onFailed(rollout);
      if (failed.length > options.maxFailedShare * open.tasks.length) {
        throw tooManyFailed(failed, open.tasks.length, options);
      }
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

function placeOf(task: RolloutTask): string {
  return `${task.step}/${task.prompt}/${task.sample}`;
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

function tooManyFailed(
  failed: readonly FailedRollout[],
  asked: number,
  options: TrajectoryPoolOptions,
): AppError {
  const [first] = failed;
  const what = first?.task.validation ? 'validation rollouts' : 'rollouts';
  return new AppError(
    'unprocessable',
    `${failed.length} of ${asked} ${what} at step ${first?.task.step ?? 0} failed, more than ` +
      `rollout_worker.max_failed_share = ${options.maxFailedShare} allows. The first: ${first?.message ?? ''}`,
  );
}
