import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FAILURE_KINDS } from '@/lib/domain/failure-kind';
import { aFailedRollout, aRolloutTask, aScoredRollout } from '@/lib/testing/rollouts';
import type { RolloutTask } from '../rollout/rollout';
import type { FailurePolicy } from '../failure-policy';
import { createTrajectoryPool, type TrajectoryPool } from './trajectory-pool';

function tasksOf(prompts: number, samples: number): readonly RolloutTask[] {
  return Array.from({ length: prompts * samples }, (_, index) => {
    const prompt = Math.floor(index / samples);
    return aRolloutTask({ step: 7, prompt, sample: index % samples, group: `task-${prompt}` });
  });
}

function poolWith(maxFailedShare: number): TrajectoryPool {
  return createTrajectoryPool({ failures: policyOf({ maxFailedShare }), onFailed: () => undefined });
}

function policyOf(changes: Partial<FailurePolicy> = {}): FailurePolicy {
  return {
    maxAttempts: 1,
    retried: FAILURE_KINDS,
    onFailure: 'stop_on_critical',
    maxFailedShare: 1,
    ...changes,
  };
}

test('whatever the order of arrival, groups come out in the order of prompts and samples', () => {
  const tasks = tasksOf(6, 4);
  const arrival = fc.shuffledSubarray([...tasks], { minLength: tasks.length });
  fc.assert(
    fc.property(arrival, (arriving) => {
      const pool = poolWith(0.5);
      pool.begin(7, tasks);
      for (const task of arriving) pool.put(aScoredRollout({ task }));
      const { groups, step } = pool.take();
      expect(step).toBe(7);
      expect(groups.map(({ name }) => name)).toEqual([0, 1, 2, 3, 4, 5].map((prompt) => `task-${prompt}`));
      expect(groups.flatMap(({ rollouts }) => rollouts.map(({ task }) => task))).toEqual(tasks);
    }),
  );
});

test('failed rollouts are left out of their group and counted', () => {
  const pool = poolWith(0.5);
  const tasks = tasksOf(2, 2);
  pool.begin(7, tasks);
  for (const [index, task] of tasks.entries()) {
    pool.put(index === 1 ? aFailedRollout({ task, message: 'cut' }) : aScoredRollout({ task }));
  }
  const batch = pool.take();
  expect(batch.groups.map(({ rollouts }) => rollouts.length)).toEqual([1, 2]);
  expect(batch.failed.map(({ message }) => message)).toEqual(['cut']);
  expect(batch.asked).toBe(4);
});

test('a group without one scored rollout is no group', () => {
  const pool = poolWith(1);
  const [first, second] = tasksOf(2, 1);
  if (!first || !second) throw new Error('two tasks');
  pool.begin(7, [first, second]);
  pool.put(aFailedRollout({ task: first }));
  pool.put(aScoredRollout({ task: second }));
  expect(pool.take().groups.map(({ name }) => name)).toEqual(['task-1']);
});

test('the run ends at the first failure beyond the share, and the first message says why', () => {
  const pool = poolWith(0.25);
  const tasks = tasksOf(4, 2);
  pool.begin(7, tasks);
  const fail = (index: number): void => {
    const task = tasks[index];
    if (task) pool.put(aFailedRollout({ task, message: `evaluator broke ${index}` }));
  };
  fail(3);
  fail(1);
  expect(() => fail(2)).toThrow(
    /3 of 8 rollouts at step 7 failed.*max_failed_share = 0\.25.*evaluator broke 3/,
  );
  expect(pool.takePartial().failed).toHaveLength(3);
});

test('a step with missing rollouts cannot be taken', () => {
  const pool = poolWith(0.5);
  pool.begin(7, tasksOf(1, 2));
  expect(() => pool.take()).toThrow(/no rollout for prompt 0, sample 0/);
});

test('what an aborted step left behind does not reach the next', () => {
  const pool = poolWith(0.5);
  const [task] = tasksOf(1, 1);
  if (!task) throw new Error('one task');
  pool.begin(7, [task]);
  pool.put(aScoredRollout({ task }));
  pool.begin(7, [task]);
  expect(() => pool.take()).toThrow(/no rollout/);
});

test('a failed rollout comes back until its tries are used up, and only then counts as failed', () => {
  const told: string[] = [];
  const pool = createTrajectoryPool({
    failures: policyOf({ maxAttempts: 3 }),
    onFailed: ({ message }) => told.push(message),
  });
  const [first, second] = tasksOf(2, 1);
  if (!first || !second) throw new Error('two tasks');
  pool.begin(7, [first, second]);
  pool.put(aFailedRollout({ task: first, message: 'down' }));
  pool.put(aFailedRollout({ task: second, message: 'down' }));
  expect(pool.toRepeat().map(({ task }) => task)).toEqual([first, second]);
  expect(pool.toRepeat()).toEqual([]);
  pool.put(aScoredRollout({ task: first }));
  pool.put(aFailedRollout({ task: second, message: 'still down' }));
  expect(pool.toRepeat()).toEqual([{ task: second, episode: null, tries: 2 }]);
  expect(pool.isReady()).toBe(false);
  pool.put(aFailedRollout({ task: second, message: 'given up' }));
  expect(pool.toRepeat()).toEqual([]);
  expect(pool.isReady()).toBe(true);
  expect(told).toEqual(['given up']);
  expect(pool.take()).toMatchObject({ groups: [{ name: 'task-0' }], failed: [{ message: 'given up' }] });
});

describe('dynamic sampling', () => {
  const reward = (task: RolloutTask, spread: boolean): number => (spread && task.sample === 0 ? 0 : 1);
  const fill = (
    pool: TrajectoryPool,
    tasks: readonly RolloutTask[],
    informative: readonly number[],
  ): void => {
    for (const task of tasks) {
      pool.put(aScoredRollout({ task, reward: reward(task, informative.includes(task.prompt)) }));
    }
  };

  test('asks for more prompts until enough groups have a signal, and drops the rest', () => {
    const pool = createTrajectoryPool({ failures: policyOf(), onFailed: () => undefined, wantedGroups: 2 });
    const tasks = tasksOf(6, 2);
    const [early, late] = [tasks.slice(0, 6), tasks.slice(6)];
    pool.begin(7, early);
    fill(pool, early, [1]);
    expect(pool.isReady()).toBe(false);
    pool.extend(late);
    expect(pool.isReady()).toBe(false);
    fill(pool, late, [3, 5]);
    expect(pool.isReady()).toBe(true);
    const batch = pool.take();
    expect(batch.groups.map(({ name }) => name)).toEqual(['task-1', 'task-3']);
    expect(batch.dropped.map(({ name }) => name)).toEqual(['task-0', 'task-2', 'task-4', 'task-5']);
    expect(batch.asked).toBe(12);
  });

  test('a step that gives up trains on the groups that it has', () => {
    const pool = createTrajectoryPool({ failures: policyOf(), onFailed: () => undefined, wantedGroups: 2 });
    const tasks = tasksOf(2, 2);
    pool.begin(7, tasks);
    fill(pool, tasks, [1]);
    expect(pool.take().groups.map(({ name }) => name)).toEqual(['task-1']);
  });
});

test('a batch may need more rollouts than one load of prompts gives', () => {
  const pool = createTrajectoryPool({
    failures: policyOf(),
    onFailed: () => undefined,
    readiness: {
      kind: 'batch_size_reached_and_loaded_batch_finished',
      batchSize: 4,
      keys: ['group'],
      groupSize: 2,
    },
  });
  const tasks = tasksOf(2, 2);
  pool.begin(7, tasks.slice(0, 2));
  for (const task of tasks.slice(0, 2)) pool.put(aScoredRollout({ task }));
  expect(pool.isReady()).toBe(false);
  pool.extend(tasks.slice(2));
  for (const task of tasks.slice(2)) pool.put(aScoredRollout({ task }));
  expect(pool.isReady()).toBe(true);
});

test('a key that no rollout has is named', () => {
  const pool = createTrajectoryPool({
    failures: policyOf(),
    onFailed: () => undefined,
    readiness: { kind: 'loaded_batch_finished', batchSize: 1, keys: ['subject'], groupSize: 2 },
  });
  const tasks = tasksOf(1, 1);
  pool.begin(7, tasks);
  const put = (): void => tasks.forEach((task) => pool.put(aScoredRollout({ task })));
  expect(put).toThrow(/key_list names "subject"/);
});
